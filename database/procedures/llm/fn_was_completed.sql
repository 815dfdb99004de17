-- Whether a job stands in the history as done by this worker. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_was_completed(p_job_id bigint, p_worker_id text) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT FROM llm.job_history h WHERE h.job_id = p_job_id AND h.worker_id = p_worker_id)
$$;
