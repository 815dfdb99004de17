-- Takes jobs away from workers that stopped beating: FAILED, available at once, and the attempt not counted, since a
-- worker's death is seldom its job's fault. What may be its fault is blamed on it: 2 points where the job's run had begun
-- (llm.usp_start_run), 1 where it was merely claimed ahead; with 10 points it is a dead letter. Unfinished runs become abandoned.
-- At most p_limit (null: 1000), the longest expired first. Returns how many jobs.
-- Writes llm.job, llm.job_dead_letter, llm.run. AL005: limit below 1.
CREATE OR REPLACE FUNCTION llm.usp_release_expired_leases(p_limit integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_expired bigint[];
    v_begun bigint[];
    v_dead bigint[];
    v_errors jsonb[];
    v_paused bigint[];
BEGIN
    IF p_limit < 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('the limit must be at least 1, not %s', p_limit);
    END IF;
    v_expired := ARRAY(
        SELECT j.job_id FROM llm.job j WHERE j.status = 'RUNNING' AND j.lease_until < v_now
         ORDER BY j.lease_until LIMIT coalesce(p_limit, 1000) FOR UPDATE SKIP LOCKED);
    IF cardinality(v_expired) = 0 THEN
        RETURN 0;
    END IF;
    v_begun := ARRAY(SELECT j.job_id FROM llm.job j
                      WHERE j.job_id = ANY (v_expired) AND EXISTS (SELECT FROM llm.run r WHERE r.job_id = j.job_id AND r.attempt = j.attempts));
    v_paused := ARRAY(
        SELECT DISTINCT j.backfill_id FROM llm.job j
         WHERE j.job_id = ANY (v_expired) AND llm.fn_available_at(j.backfill_id, v_now) = 'infinity');
    UPDATE llm.job j
       SET status = 'FAILED', lease_token = NULL, lease_until = NULL,
           available_at = CASE WHEN j.backfill_id = ANY (v_paused) THEN 'infinity' ELSE v_now END,
           waits = coalesce(j.backfill_id = ANY (v_paused), false),
           attempts = j.attempts - 1,
           error = jsonb_build_object('message', 'lease expired', 'worker_id', j.worker_id, 'lease_until', j.lease_until,
                        'blame', coalesce((j.error ->> 'blame')::integer, 0) + CASE WHEN j.job_id = ANY (v_begun) THEN 2 ELSE 1 END)
     WHERE j.job_id = ANY (v_expired);
    SELECT array_agg(j.job_id), array_agg(j.error) INTO v_dead, v_errors FROM llm.job j
     WHERE j.job_id = ANY (v_expired) AND (j.error ->> 'blame')::integer >= 10;
    PERFORM llm.usp_bury_jobs(v_dead, v_errors);
    UPDATE llm.run r SET outcome = 'abandoned', finished_at = v_now
     WHERE r.job_id = ANY (v_expired) AND r.outcome IS NULL;
    RETURN cardinality(v_expired);
END $$;
