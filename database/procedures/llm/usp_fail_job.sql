-- Ends an attempt badly. A permanent error, or the last attempt, makes a dead letter; otherwise the job waits: an
-- exponential backoff with jitter, or p_retry_after_ms (at most a day) where the other side asked for it; one of a paused
-- backfill waits until that is resumed.
-- Returns the new status, FAILED or DEADLETTER. Writes llm.job or llm.job_dead_letter. AL001: stale token.
CREATE OR REPLACE FUNCTION llm.usp_fail_job(p_job_id bigint, p_lease_token uuid, p_error jsonb, p_permanent boolean,
    p_retry_after_ms bigint) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_job llm.job;
    v_delay interval;
    v_available_at timestamptz;
BEGIN
    SELECT j.* INTO v_job FROM llm.job j
     WHERE j.job_id = p_job_id AND j.lease_token = p_lease_token AND j.status = 'RUNNING' FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM llm.fn_raise_leases_lost(ARRAY[p_job_id]);
    END IF;
    IF coalesce(p_permanent, false) OR v_job.attempts >= v_job.max_attempts THEN
        PERFORM llm.usp_bury_jobs(ARRAY[p_job_id], ARRAY[p_error]);
        RETURN 'DEADLETTER';
    END IF;
    v_delay := CASE WHEN p_retry_after_ms IS NULL THEN llm.fn_retry_delay(v_job.attempts)
                    ELSE make_interval(secs => least(greatest(p_retry_after_ms, 0), 86400000) / 1000.0) END;
    v_available_at := llm.fn_available_at(v_job.backfill_id, clock_timestamp() + v_delay);
    UPDATE llm.job j
       SET status = 'FAILED', lease_token = NULL, lease_until = NULL, error = p_error,
           available_at = v_available_at, waits = v_delay > interval '0' OR v_available_at = 'infinity'
     WHERE j.job_id = p_job_id;
    RETURN 'FAILED';
END $$;
