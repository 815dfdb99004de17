-- Ends a backfill: nothing more is enqueued, and its waiting jobs go, with their keys, without becoming dead letters (the
-- chunks were read before, and the same selection can begin anew); those that run go on. At most p_limit jobs a step: call
-- it until it returns 0. Returns how many went. Writes llm.backfill, llm.job, llm.job_dedupe_key.
-- AL004: unknown backfill; AL005: limit out of range.
CREATE OR REPLACE FUNCTION llm.usp_cancel_backfill(p_backfill_id bigint, p_limit integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_count integer;
BEGIN
    PERFORM llm.fn_require_step(p_limit), llm.usp_lock_backfill(p_backfill_id);
    WITH waiting AS MATERIALIZED (
        SELECT j.job_id FROM llm.job j
         WHERE j.backfill_id = p_backfill_id AND j.status IN ('NEW', 'FAILED') ORDER BY j.job_id LIMIT p_limit FOR UPDATE
    ), gone AS (
        DELETE FROM llm.job j USING waiting w WHERE j.job_id = w.job_id RETURNING j.tenant_id, j.dedupe_key, j.job_id
    ), keys AS (
        DELETE FROM llm.job_dedupe_key k USING gone g
         WHERE k.tenant_id = g.tenant_id AND k.dedupe_key = g.dedupe_key AND k.job_id = g.job_id)
    SELECT count(*) INTO v_count FROM gone;
    UPDATE llm.backfill b SET state = 'cancelled', cancelled = b.cancelled + v_count, changed_at = now()
     WHERE b.backfill_id = p_backfill_id AND (b.state <> 'cancelled' OR v_count > 0);
    RETURN v_count;
END $$;
