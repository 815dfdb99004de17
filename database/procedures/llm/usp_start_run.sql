-- Records that a model is asked for a live job. Writes llm.run. AL004: no such live job.
CREATE OR REPLACE FUNCTION llm.usp_start_run(p_run_id uuid, p_job_id bigint, p_model text, p_worker_id text,
    p_artifact text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO llm.run (run_id, tenant_id, job_id, job_type, contract_version, source_page_id, chunk_id, correlation_id,
                         attempt, model, worker_id, artifact, started_at)
    SELECT p_run_id, j.tenant_id, j.job_id, j.job_type, j.contract_version, j.source_page_id, j.chunk_id, j.correlation_id,
           j.attempts, p_model, p_worker_id, p_artifact, clock_timestamp()
      FROM llm.job j WHERE j.job_id = p_job_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004',
            MESSAGE = format('there is no live job %s to start a run for', coalesce(p_job_id::text, 'null'));
    END IF;
END $$;
