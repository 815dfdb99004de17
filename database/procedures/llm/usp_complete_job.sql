-- Ends a job well: moves it to the history as SUCCEEDED and enqueues what comes after its type, with its
-- correlation id. Call it last in the transaction that wrote the job's output.
-- Returns how many followers were new. Writes llm.job, llm.job_history and what llm.usp_enqueue_jobs writes.
-- AL001: the token is not the job's any more; the caller's whole transaction must roll back.
CREATE OR REPLACE FUNCTION llm.usp_complete_job(p_job_id bigint, p_lease_token uuid, p_run_id uuid, p_result jsonb)
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_job llm.job;
BEGIN
    DELETE FROM llm.job j WHERE j.job_id = p_job_id AND j.lease_token = p_lease_token AND j.status = 'RUNNING'
    RETURNING j.* INTO v_job;
    IF NOT FOUND THEN
        PERFORM llm.fn_raise_lease_lost(p_job_id);
    END IF;
    INSERT INTO llm.job_history (job_id, tenant_id, job_type, contract_version, source_page_id, chunk_id, payload,
        dedupe_key, priority, status, attempts, max_attempts, enqueued_at, due_at, claimed_at, finished_at, worker_id,
        correlation_id, run_id, result)
    VALUES (v_job.job_id, v_job.tenant_id, v_job.job_type, v_job.contract_version, v_job.source_page_id, v_job.chunk_id,
        v_job.payload, v_job.dedupe_key, v_job.priority, 'SUCCEEDED', v_job.attempts, v_job.max_attempts,
        v_job.enqueued_at, v_job.due_at, v_job.claimed_at, clock_timestamp(), v_job.worker_id, v_job.correlation_id,
        p_run_id, p_result);
    IF v_job.source_page_id IS NULL THEN
        RETURN 0;
    END IF;
    RETURN llm.usp_enqueue_types_for_page(v_job.source_page_id, v_job.chunk_id, v_job.job_type, v_job.correlation_id);
END $$;
