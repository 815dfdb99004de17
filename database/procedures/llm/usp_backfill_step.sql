-- Enqueues a backfill's next chunks, at most p_limit, in one transaction; looks at ten times as many chunks at the most,
-- so a step may enqueue none and not be the last. Call it until the state is not running: done when all is enqueued,
-- paused or cancelled when someone said so.
-- A job's key is the chunk's with the backfill's number, so that it is asked again once. Deadlines are those of its
-- priority and a second later each, so that of a backfill grown old no more than one job a second stands before live work.
-- Returns what this step enqueued, what all did, and the state. Writes llm.backfill, llm.job_dedupe_key, llm.job.
-- AL002: its contract version is gone; AL004: unknown backfill; AL005: limit out of range.
CREATE OR REPLACE FUNCTION llm.usp_backfill_step(p_backfill_id bigint, p_limit integer)
RETURNS TABLE (enqueued integer, total bigint, state text)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_backfill llm.backfill;
    v_type llm.job_type;
    v_last bigint;
    v_end bigint;
    v_found integer;
BEGIN
    PERFORM llm.fn_require_step(p_limit);
    v_backfill := llm.usp_lock_backfill(p_backfill_id);
    IF v_backfill.state <> 'running' THEN
        RETURN QUERY SELECT 0, v_backfill.enqueued, v_backfill.state;
        RETURN;
    END IF;
    v_type := llm.fn_require_job_type(v_backfill.job_type, v_backfill.contract_version);
    SELECT max(w.chunk_id) INTO v_end FROM (
        SELECT c.chunk_id FROM vector.chunk c
         WHERE c.tenant_id = v_backfill.tenant_id AND c.chunk_id > v_backfill.last_chunk_id
         ORDER BY c.chunk_id LIMIT p_limit * 10) w;

    WITH chosen AS MATERIALIZED (
        SELECT f.chunk_id, c.source_page_id,
               llm.fn_dedupe_key(v_type.job_type, v_type.contract_version || ' backfill ' || p_backfill_id, p.locator,
                                 c.content_sha256, c.occurrence) AS dedupe_key
          FROM llm.fn_backfill_chunks(v_backfill.tenant_id, v_backfill.what, v_backfill.selection,
                                      v_backfill.last_chunk_id, v_end, p_limit) f
          JOIN vector.chunk c ON c.chunk_id = f.chunk_id AND c.tenant_id = v_backfill.tenant_id
          JOIN sem.source_page p ON p.source_page_id = c.source_page_id AND p.tenant_id = c.tenant_id
    ), numbered AS MATERIALIZED (
        SELECT o.*, nextval(pg_get_serial_sequence('llm.job', 'job_id')) AS job_id,
               v_backfill.enqueued + row_number() OVER (ORDER BY o.chunk_id) AS place
          FROM (SELECT c.* FROM chosen c ORDER BY c.chunk_id) o
    ), taken AS (
        INSERT INTO llm.job_dedupe_key AS k (tenant_id, dedupe_key, job_id)
        SELECT v_backfill.tenant_id, n.dedupe_key, n.job_id FROM numbered n ORDER BY n.dedupe_key
        ON CONFLICT (tenant_id, dedupe_key) DO NOTHING
        RETURNING k.job_id
    ), made AS (
        INSERT INTO llm.job AS l (job_id, tenant_id, job_type, contract_version, source_page_id, chunk_id, payload, dedupe_key,
            priority, max_attempts, lease_seconds, enqueued_at, due_at, available_at, correlation_id, backfill_id)
        SELECT n.job_id, v_backfill.tenant_id, v_type.job_type, v_type.contract_version, n.source_page_id, n.chunk_id,
               jsonb_build_object('backfill_id', p_backfill_id), n.dedupe_key, v_backfill.priority, v_type.max_attempts,
               v_type.lease_seconds, v_now,
               llm.fn_due_at(v_now, v_type.slack_seconds, v_type.priority, v_backfill.priority)
                   + make_interval(secs => n.place::double precision),
               v_now, v_backfill.correlation_id, p_backfill_id
          FROM numbered n WHERE n.job_id IN (SELECT t.job_id FROM taken t)
         ORDER BY n.job_id
        RETURNING 1)
    SELECT (SELECT count(*) FROM made), (SELECT count(*) FROM chosen), (SELECT max(c.chunk_id) FROM chosen c)
      INTO enqueued, v_found, v_last;

    UPDATE llm.backfill b
       SET enqueued = b.enqueued + usp_backfill_step.enqueued, changed_at = v_now,
           last_chunk_id = CASE WHEN v_found = p_limit THEN v_last ELSE coalesce(v_end, b.last_chunk_id) END,
           state = CASE WHEN v_end IS NULL THEN 'done' ELSE b.state END
     WHERE b.backfill_id = p_backfill_id
    RETURNING b.enqueued, b.state INTO total, state;
    RETURN NEXT;
END $$;
