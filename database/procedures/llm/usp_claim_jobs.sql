-- Claims up to p_limit jobs that may run now, for a worker: fair among tenants by weight and running jobs, then the
-- earliest deadline first. p_job_types, p_source_page_ids, p_tenant_id and p_min_priority narrow it; null or an empty
-- array = any. Paused types and tenants give none, caps on running jobs are kept exactly.
-- Returns the jobs in order of deadline with a new lease token (one for all that this call claims), attempts already
-- counted. Writes llm.job, llm.job_type.was_used and the session's memory of lanes. Reads only the heads of the
-- lanes by index, so what waits behind does not slow it; jobs that another session is claiming are passed over.
-- AL005: limit not in 1 … 10000 or no worker id.
CREATE OR REPLACE FUNCTION llm.usp_claim_jobs(p_worker_id text, p_job_types text[], p_limit integer, p_source_page_ids bigint[],
    p_tenant_id integer, p_min_priority integer DEFAULT NULL) RETURNS SETOF llm.claimed_job
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_token uuid := gen_random_uuid();
    v_types text[] := nullif(p_job_types, '{}');
    v_pages bigint[] := nullif(p_source_page_ids, '{}');
    v_waits_over boolean;
    v_type_limits boolean;
    v_tenant_limits boolean;
    v_known llm.lane[];
    v_lanes llm.lane[];
    v_plan llm.lane_share[];
    v_again boolean;
    v_page_jobs bigint[];
    v_picked tid[];
    v_dues timestamptz[];
    v_ids bigint[];
    v_said text;
BEGIN
    IF p_limit IS NULL OR p_limit NOT BETWEEN 1 AND 10000 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005',
            MESSAGE = format('the limit of a claim must be from 1 to 10000, not %s', coalesce(p_limit::text, 'null'));
    ELSIF coalesce(p_worker_id, '') = '' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'a claim needs a worker id';
    END IF;

    -- What is seldom there is asked for at once: most claims have nothing to do about it.
    SELECT EXISTS (SELECT FROM llm.job w WHERE w.waits AND w.available_at <= v_now),
           EXISTS (SELECT FROM llm.job_type_control c WHERE c.max_running IS NOT NULL OR c.paused_at IS NOT NULL),
           EXISTS (SELECT FROM llm.tenant t WHERE t.max_running IS NOT NULL OR t.paused_at IS NOT NULL OR t.spending_held_until IS NOT NULL)
      INTO v_waits_over, v_type_limits, v_tenant_limits;
    IF v_waits_over THEN
        WITH ready AS (
            UPDATE llm.job j SET waits = false
             WHERE j.job_id IN (SELECT w.job_id FROM llm.job w WHERE w.waits AND w.available_at <= v_now
                                 ORDER BY w.available_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
            RETURNING j.tenant_id, j.job_type, j.priority, j.due_at, j.job_id)
        SELECT array_agg(r::llm.lane) INTO v_lanes FROM ready r;
        PERFORM llm.fn_turn_back_lanes(v_lanes);
    END IF;
    -- Who claims from under a cap does so one after the other, each seeing what those before it took.
    IF v_type_limits THEN
        PERFORM FROM llm.job_type_control c WHERE c.max_running IS NOT NULL AND (v_types IS NULL OR c.job_type = ANY (v_types))
          ORDER BY c.job_type FOR NO KEY UPDATE;
    END IF;
    IF v_tenant_limits THEN
        PERFORM FROM llm.tenant t WHERE t.max_running IS NOT NULL AND (p_tenant_id IS NULL OR t.tenant_id = p_tenant_id)
          ORDER BY t.tenant_id FOR NO KEY UPDATE;
    END IF;

    IF v_pages IS NULL THEN
        FOREACH v_again IN ARRAY ARRAY[false, true] LOOP
            v_known := llm.fn_known_lanes(v_again, v_now);
            EXIT WHEN v_known IS NULL;
            v_lanes := v_known;
            v_plan := llm.fn_claim_plan(v_lanes, NOT (v_type_limits OR v_tenant_limits), v_types, p_limit, p_tenant_id, p_min_priority);
            CONTINUE WHEN cardinality(v_plan) = 0;
            SELECT array_agg(h.ctid), array_agg(h.due_at), array_agg(h.job_id) INTO v_picked, v_dues, v_ids
              FROM (SELECT head.* FROM unnest(v_plan) l CROSS JOIN LATERAL (
                    SELECT j.ctid, j.due_at, j.job_id FROM llm.job j
                     WHERE j.tenant_id = l.tenant_id AND j.job_type = l.job_type AND j.priority = l.priority
                       AND j.status IN ('NEW', 'FAILED') AND NOT j.waits AND (j.due_at, j.job_id) >= (l.due_at, l.job_id)
                     ORDER BY j.due_at, j.job_id LIMIT l.jobs FOR UPDATE SKIP LOCKED) head) h;
            EXIT WHEN cardinality(v_picked) >= p_limit;
        END LOOP;
        IF cardinality(v_plan) = 1 AND v_picked IS NOT NULL THEN
            v_plan[1].last_due_at := v_dues[cardinality(v_dues)];
            v_plan[1].last_job_id := v_ids[cardinality(v_ids)];
        END IF;
        -- fn_remember_lanes in short, where there is one.
        IF cardinality(v_lanes) = 1 AND cardinality(v_plan) = 1 THEN
            v_lanes[1].due_at := coalesce(v_plan[1].last_due_at, v_lanes[1].due_at);
            v_lanes[1].job_id := coalesce(v_plan[1].last_job_id, v_lanes[1].job_id);
            v_said := set_config('almagest.lanes', v_lanes::text, false);
        ELSIF cardinality(v_plan) > 0 THEN
            PERFORM llm.fn_remember_lanes(v_plan);
        END IF;
    ELSE
        v_page_jobs := ARRAY(SELECT p FROM llm.fn_page_candidates(v_types, v_pages, p_tenant_id, p_min_priority, p_limit) p);
        v_picked := ARRAY(
            SELECT j.ctid FROM llm.job j
             WHERE j.job_id = ANY (v_page_jobs) AND j.status IN ('NEW', 'FAILED') AND NOT j.waits
             ORDER BY j.due_at, j.job_id LIMIT p_limit FOR UPDATE SKIP LOCKED);
    END IF;
    IF coalesce(cardinality(v_picked), 0) = 0 THEN
        RETURN;
    END IF;
    -- By place: the rows are locked, so they stay where they are, and this statement sees what the lock found.
    RETURN QUERY
    WITH claimed AS (
        UPDATE llm.job j
           SET status = 'RUNNING', lease_token = v_token, attempts = j.attempts + 1, claimed_at = v_now,
               lease_until = v_now + make_interval(secs => j.lease_seconds), worker_id = p_worker_id
         WHERE j.ctid = ANY (v_picked)
        RETURNING j.job_id, j.lease_token, j.job_type, j.contract_version, j.tenant_id, j.source_page_id, j.chunk_id, j.payload,
                  j.correlation_id, j.attempts, j.max_attempts, j.lease_seconds, j.due_at)
    SELECT c.job_id, c.lease_token, c.job_type, c.contract_version, c.tenant_id, c.source_page_id, c.chunk_id,
           c.payload, c.correlation_id, c.attempts, c.max_attempts, c.lease_seconds
      FROM claimed c ORDER BY c.due_at, c.job_id;

    -- From its first attempt on, a version's content is fixed.
    IF EXISTS (SELECT FROM llm.job_type t
                WHERE NOT t.was_used AND (v_plan IS NULL OR t.job_type IN (SELECT l.job_type FROM unnest(v_plan) l))) THEN
        UPDATE llm.job_type t SET was_used = true
         WHERE (t.job_type, t.contract_version) IN (
            SELECT u.job_type, u.contract_version FROM llm.job_type u
             WHERE NOT u.was_used AND EXISTS (SELECT FROM llm.tenant n JOIN llm.job j ON j.tenant_id = n.tenant_id
                    AND j.job_type = u.job_type AND j.status = 'RUNNING' AND j.lease_until >= v_now
                    AND j.contract_version = u.contract_version)
               FOR UPDATE OF u SKIP LOCKED);
    END IF;
END $$;
