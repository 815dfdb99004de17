-- Takes jobs away from workers that stopped beating: FAILED, available at once, and the attempt not counted, since a
-- worker's death is seldom its job's fault. What may be its fault is blamed on it: 2 points where the job's run had begun
-- (llm.usp_start_run), 1 where it was merely claimed ahead; with 10 points it is a dead letter. Unfinished runs become abandoned.
-- At most p_limit (null: 1000), the longest expired first. Returns how many jobs.
-- A transaction held open anywhere keeps the index entries of all that ran since, and who looks for old leases walks over
-- them. So where a whole look takes long, the next ones of the session (settings almagest.leases…) begin at the time of the last,
-- for a hundred times as long as it took, at most ten minutes. Only a lease that was over before it was committed
-- waits for that. SET almagest.lane_memory = off looks at all of them every time.
-- Writes llm.job, llm.job_dead_letter, llm.run. AL005: limit below 1.
CREATE OR REPLACE FUNCTION llm.usp_release_expired_leases(p_limit integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_limit integer := coalesce(p_limit, 1000);
    v_from timestamptz := nullif(current_setting('almagest.leases_from', true), '')::timestamptz;
    v_is_whole boolean := v_from IS NULL OR v_now >= current_setting('almagest.leases_until', true)::timestamptz
                          OR coalesce(current_setting('almagest.lane_memory', true) = 'off', false);
    v_took interval;
    v_over bigint[];
    v_first timestamptz;
    v_expired bigint[];
    v_begun bigint[];
    v_dead bigint[];
    v_errors jsonb[];
    v_paused bigint[];
BEGIN
    IF p_limit < 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('the limit must be at least 1, not %s', p_limit);
    END IF;
    IF v_is_whole THEN
        SELECT array_agg(o.job_id), min(o.lease_until) INTO v_over, v_first
          FROM (SELECT j.job_id, j.lease_until FROM llm.job j WHERE j.status = 'RUNNING' AND j.lease_until < v_now
                 ORDER BY j.lease_until LIMIT v_limit) o;
        v_took := clock_timestamp() - v_now;
        IF v_took > interval '2 ms' THEN
            PERFORM set_config('almagest.leases_until', (v_now + v_took + least(100 * v_took, interval '10 minutes'))::text, false);
        END IF;
    ELSE
        SELECT array_agg(o.job_id), min(o.lease_until) INTO v_over, v_first
          FROM (SELECT l.job_id, l.lease_until
                  FROM llm.tenant t CROSS JOIN (SELECT DISTINCT k.job_type FROM llm.job_type k) y
                 CROSS JOIN LATERAL (
                    SELECT j.job_id, j.lease_until FROM llm.job j
                     WHERE j.tenant_id = t.tenant_id AND j.job_type = y.job_type AND j.status = 'RUNNING'
                       AND j.lease_until >= v_from AND j.lease_until < v_now
                     ORDER BY j.lease_until LIMIT v_limit) l
                 ORDER BY l.lease_until LIMIT v_limit) o;
    END IF;
    -- What is found but left, since somebody holds it just now, is looked for again.
    IF NOT v_is_whole OR v_took > interval '2 ms' THEN
        PERFORM set_config('almagest.leases_from', coalesce(v_first, v_now)::text, false);
    END IF;
    IF v_over IS NULL THEN
        RETURN 0;
    END IF;
    v_expired := ARRAY(
        SELECT j.job_id FROM llm.job j WHERE j.job_id = ANY (v_over) AND j.status = 'RUNNING' AND j.lease_until < v_now
         ORDER BY j.job_id FOR UPDATE SKIP LOCKED);
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
    PERFORM llm.fn_turn_back_lanes(ARRAY(
        SELECT ROW(j.tenant_id, j.job_type, j.priority, j.due_at, j.job_id)::llm.lane FROM llm.job j
         WHERE j.job_id = ANY (v_expired) AND NOT j.waits));
    UPDATE llm.run r SET outcome = 'abandoned', finished_at = v_now
     WHERE r.job_id = ANY (v_expired) AND r.outcome IS NULL;
    RETURN cardinality(v_expired);
END $$;
