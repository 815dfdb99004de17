-- Claims one job; see llm.usp_claim_jobs. Returns no or one row.
CREATE OR REPLACE FUNCTION llm.usp_claim_next_job(p_worker_id text, p_job_types text[]) RETURNS SETOF llm.claimed_job
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT * FROM llm.usp_claim_jobs(p_worker_id, p_job_types, 1, NULL, NULL)
$$;
