-- Ends one job well; see llm.usp_complete_jobs. Returns how many followers were new. AL001: stale token.
CREATE OR REPLACE FUNCTION llm.usp_complete_job(p_job_id bigint, p_lease_token uuid, p_run_id uuid, p_result jsonb)
RETURNS integer
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT llm.usp_complete_jobs(ARRAY[p_job_id], ARRAY[p_lease_token], ARRAY[p_run_id], ARRAY[p_result])
$$;
