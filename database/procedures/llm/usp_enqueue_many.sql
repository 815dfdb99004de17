-- Enqueues many jobs of one type; the fast way in. The arrays belong together by place; each may be null, and so may its
-- elements (payload {}, no page, no chunk, never a duplicate). No version = the active one, no priority = the type's,
-- no correlation = a new one for each job; p_correlation_ids are the jobs' own, before p_correlation_id.
-- Returns a row for each: its place (from 1), the job's id, whether it is new. A dedupe key that is live, dead or has
--   succeeded gives the old id; only usp_retry_dead_letters brings a dead job back.
-- Writes llm.job_dedupe_key, llm.job. Keys are taken in order, so callers do not deadlock.
-- Errors, naming the first job at fault: AL002 unknown job type or version; AL003 a payload that the type's input schema
--   refuses; AL004 unknown tenant, page or chunk; AL005 priority, key or size of payload out of range, arrays of unequal length.
CREATE OR REPLACE FUNCTION llm.usp_enqueue_many(p_tenant_id integer, p_job_type text, p_contract_version text, p_payloads jsonb[],
    p_source_page_ids bigint[], p_chunk_ids bigint[], p_dedupe_keys text[], p_priority integer, p_correlation_id uuid,
    p_correlation_ids uuid[] DEFAULT NULL)
RETURNS TABLE (ordinal integer, job_id bigint, is_new boolean)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET jit = off SET enable_seqscan = off SET plan_cache_mode = auto AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_type llm.job_type;
    v_jobs integer := greatest(cardinality(p_payloads), cardinality(p_source_page_ids), cardinality(p_chunk_ids),
                               cardinality(p_dedupe_keys));
    v_priority integer;
    v_due_at timestamptz;
    v_fault record;
    v_new_places integer[];
    v_new_ids bigint[];
    v_said text;
BEGIN
    -- Few jobs cost less than planning for just so many.
    v_said := set_config('plan_cache_mode', CASE WHEN v_jobs <= 32 THEN 'force_generic_plan' ELSE 'force_custom_plan' END, true);
    IF cardinality(p_payloads) <> v_jobs OR cardinality(p_source_page_ids) <> v_jobs OR cardinality(p_chunk_ids) <> v_jobs
       OR cardinality(p_dedupe_keys) <> v_jobs OR cardinality(p_correlation_ids) <> v_jobs THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'the arrays of jobs to enqueue are of unequal length';
    END IF;
    IF NOT EXISTS (SELECT FROM llm.tenant t WHERE t.tenant_id = p_tenant_id) THEN
        PERFORM llm.fn_require_tenant(p_tenant_id);
    END IF;
    v_type := llm.fn_require_job_type(p_job_type, p_contract_version);
    v_priority := coalesce(p_priority, v_type.priority);
    SELECT f.code, f.message INTO v_fault
      FROM llm.fn_enqueue_fault(p_tenant_id, v_type, p_payloads, p_source_page_ids, p_chunk_ids, p_dedupe_keys, v_priority) f;
    IF v_fault.code IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = v_fault.code, MESSAGE = v_fault.message;
    END IF;
    v_due_at := llm.fn_due_at(v_now, v_type.slack_seconds, v_type.priority, v_priority);

    IF p_dedupe_keys IS NULL THEN
        RETURN QUERY
        WITH made AS (
            INSERT INTO llm.job AS l (tenant_id, job_type, contract_version, source_page_id, chunk_id, payload, priority,
                                      max_attempts, lease_seconds, enqueued_at, due_at, available_at, correlation_id)
            SELECT p_tenant_id, v_type.job_type, v_type.contract_version, a.source_page_id, a.chunk_id, coalesce(a.payload, '{}'),
                   v_priority, v_type.max_attempts, v_type.lease_seconds, v_now, v_due_at, v_now,
                   coalesce(a.correlation_id, p_correlation_id, gen_random_uuid())
              FROM ROWS FROM (unnest(p_payloads), unnest(p_source_page_ids), unnest(p_chunk_ids), unnest(p_correlation_ids), generate_series(1, v_jobs))
                AS a(payload, source_page_id, chunk_id, correlation_id, place)
            RETURNING l.job_id)
        SELECT row_number() OVER (ORDER BY m.job_id)::integer, m.job_id, true FROM made m;
        RETURN;
    END IF;

    WITH asked AS MATERIALIZED (
        -- The same key twice in one call is one job.
        SELECT a.*, nextval(pg_get_serial_sequence('llm.job', 'job_id')) AS new_job_id,
               a.dedupe_key IS NULL OR row_number() OVER (PARTITION BY a.dedupe_key ORDER BY a.place) = 1 AS leads
          FROM ROWS FROM (unnest(p_payloads), unnest(p_source_page_ids), unnest(p_chunk_ids), unnest(p_dedupe_keys),
                          unnest(p_correlation_ids), generate_series(1, v_jobs))
            AS a(payload, source_page_id, chunk_id, dedupe_key, correlation_id, place)
    ), taken AS (
        INSERT INTO llm.job_dedupe_key AS k (tenant_id, dedupe_key, job_id)
        SELECT p_tenant_id, a.dedupe_key, a.new_job_id FROM asked a
         WHERE a.leads AND a.dedupe_key IS NOT NULL ORDER BY a.dedupe_key
        ON CONFLICT (tenant_id, dedupe_key) DO NOTHING
        RETURNING k.job_id
    ), made AS (
        INSERT INTO llm.job AS l (job_id, tenant_id, job_type, contract_version, source_page_id, chunk_id, payload, dedupe_key,
                                  priority, max_attempts, lease_seconds, enqueued_at, due_at, available_at, correlation_id)
        SELECT a.new_job_id, p_tenant_id, v_type.job_type, v_type.contract_version, a.source_page_id, a.chunk_id,
               coalesce(a.payload, '{}'), a.dedupe_key, v_priority, v_type.max_attempts, v_type.lease_seconds, v_now, v_due_at,
               v_now, coalesce(a.correlation_id, p_correlation_id, gen_random_uuid())
          FROM asked a
         WHERE a.leads AND (a.dedupe_key IS NULL OR a.new_job_id IN (SELECT k.job_id FROM taken k))
        RETURNING l.job_id)
    SELECT array_agg(a.place), array_agg(m.job_id) INTO v_new_places, v_new_ids FROM asked a JOIN made m ON m.job_id = a.new_job_id;

    -- The rest are known under their keys; a new statement also sees keys that others have just committed.
    RETURN QUERY
    SELECT p.place,
           -- Looked up one by one: a join that is planned while the table is small reads all of it for ever.
           coalesce(n.job_id, (SELECT k.job_id FROM llm.job_dedupe_key k WHERE k.tenant_id = p_tenant_id AND k.dedupe_key = p.dedupe_key)),
           n.job_id IS NOT NULL
      FROM ROWS FROM (unnest(p_dedupe_keys), generate_series(1, v_jobs)) AS p(dedupe_key, place)
      LEFT JOIN unnest(v_new_places, v_new_ids) n(place, job_id) ON n.place = p.place
     ORDER BY p.place;
END $$;
