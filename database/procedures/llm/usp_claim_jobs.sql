-- Claims up to p_limit jobs that may run now, the earliest deadline first (due_at, then job_id), for a worker.
-- p_job_types, p_source_page_ids, p_tenant_id narrow it; null or an empty array = any.
-- Returns the jobs with a new lease token each, attempts already counted. Writes llm.job.
-- Reads only the heads of the lanes (tenant and type, or page) by index, so what waits behind does not slow it;
-- jobs that another session is claiming are passed over. AL005: limit not in 1 … 10000 or no worker id.
CREATE OR REPLACE FUNCTION llm.usp_claim_jobs(p_worker_id text, p_job_types text[], p_limit integer,
    p_source_page_ids bigint[], p_tenant_id integer) RETURNS SETOF llm.claimed_job
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_types text[] := nullif(p_job_types, '{}');
    v_pages bigint[] := nullif(p_source_page_ids, '{}');
    v_window integer := 2 * p_limit + 8;
    v_candidates bigint[];
    v_held bigint[];
BEGIN
    IF p_limit IS NULL OR p_limit NOT BETWEEN 1 AND 10000 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005',
            MESSAGE = format('the limit of a claim must be from 1 to 10000, not %s', coalesce(p_limit::text, 'null'));
    ELSIF coalesce(p_worker_id, '') = '' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'a claim needs a worker id';
    END IF;

    UPDATE llm.job j SET waits = false
     WHERE j.job_id IN (SELECT w.job_id FROM llm.job w WHERE w.waits AND w.available_at <= v_now
                         ORDER BY w.available_at LIMIT 1000 FOR UPDATE SKIP LOCKED);

    LOOP
        v_candidates := ARRAY(SELECT c.job_id FROM llm.fn_claim_candidates(v_types, v_pages, p_tenant_id, v_window) c(job_id));
        WITH locked AS MATERIALIZED (
            SELECT j.job_id FROM llm.job j
             WHERE j.job_id = ANY (v_candidates) AND j.status IN ('NEW', 'FAILED') AND NOT j.waits
             ORDER BY j.due_at, j.job_id
             LIMIT p_limit FOR UPDATE SKIP LOCKED)
        SELECT array_agg(l.job_id) INTO v_held FROM locked l;
        -- Fewer than asked for although there were more to look at: others hold the heads, so look further back.
        EXIT WHEN coalesce(cardinality(v_held), 0) >= p_limit OR cardinality(v_candidates) < v_window
               OR v_window > 100000;
        v_window := v_window * 4;
    END LOOP;

    RETURN QUERY
    WITH claimed AS (
        UPDATE llm.job j
           SET status = 'RUNNING', lease_token = gen_random_uuid(), attempts = j.attempts + 1, claimed_at = v_now,
               lease_until = v_now + make_interval(secs => j.lease_seconds), worker_id = p_worker_id
         WHERE j.job_id = ANY (v_held)
        RETURNING j.*)
    SELECT c.job_id, c.lease_token, c.job_type, c.contract_version, c.tenant_id, c.source_page_id, c.chunk_id,
           c.payload, c.correlation_id, c.attempts, c.max_attempts, c.lease_seconds
      FROM claimed c ORDER BY c.due_at, c.job_id;
END $$;
