-- Takes jobs away from workers that stopped beating: FAILED and available at once, or a dead letter when the attempts
-- are used up; their unfinished runs become abandoned. At most p_limit (null: 1000), the longest expired first.
-- Returns how many jobs. Writes llm.job, llm.job_dead_letter, llm.run. AL005: limit below 1.
CREATE OR REPLACE FUNCTION llm.usp_release_expired_leases(p_limit integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_expired bigint[];
    v_dead bigint[];
    v_errors jsonb[];
BEGIN
    IF p_limit < 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('the limit must be at least 1, not %s', p_limit);
    END IF;
    WITH expired AS MATERIALIZED (
        SELECT j.job_id, j.attempts >= j.max_attempts AS is_last,
               jsonb_build_object('message', 'lease expired', 'worker_id', j.worker_id, 'lease_until', j.lease_until) AS why
          FROM llm.job j WHERE j.status = 'RUNNING' AND j.lease_until < v_now
         ORDER BY j.lease_until LIMIT coalesce(p_limit, 1000) FOR UPDATE SKIP LOCKED)
    SELECT array_agg(e.job_id), array_agg(e.job_id) FILTER (WHERE e.is_last), array_agg(e.why) FILTER (WHERE e.is_last)
      INTO v_expired, v_dead, v_errors FROM expired e;
    IF v_expired IS NULL THEN
        RETURN 0;
    END IF;
    UPDATE llm.job j
       SET status = 'FAILED', lease_token = NULL, lease_until = NULL, available_at = v_now, waits = false,
           error = jsonb_build_object('message', 'lease expired', 'worker_id', j.worker_id, 'lease_until', j.lease_until)
     WHERE j.job_id = ANY (v_expired) AND NOT j.job_id = ANY (coalesce(v_dead, '{}'));
    PERFORM llm.usp_bury_jobs(v_dead, v_errors);
    UPDATE llm.run r SET outcome = 'abandoned', finished_at = v_now
     WHERE r.job_id = ANY (v_expired) AND r.outcome IS NULL;
    RETURN cardinality(v_expired);
END $$;
