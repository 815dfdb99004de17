-- Pauses a backfill: nothing more is enqueued, and its waiting jobs leave the claims until llm.usp_resume_backfill; those
-- that run go on. A step takes at most p_limit jobs with ids above p_after_job_id (null: from the first): call it again
-- with the id that it returned until that is null. Returns how many it held back and the last id.
-- Writes llm.backfill, llm.job. AL004: unknown backfill; AL005: it was cancelled, or a limit out of range.
CREATE OR REPLACE FUNCTION llm.usp_pause_backfill(p_backfill_id bigint, p_after_job_id bigint, p_limit integer)
RETURNS TABLE (changed integer, last_job_id bigint)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_ids bigint[];
BEGIN
    PERFORM llm.fn_require_step(p_limit);
    IF (llm.usp_lock_backfill(p_backfill_id)).state = 'cancelled' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('backfill %s was cancelled', p_backfill_id);
    END IF;
    UPDATE llm.backfill b SET state = 'paused', changed_at = now() WHERE b.backfill_id = p_backfill_id AND b.state <> 'paused';
    WITH waiting AS MATERIALIZED (
        SELECT j.job_id FROM llm.job j
         WHERE j.backfill_id = p_backfill_id AND j.job_id > coalesce(p_after_job_id, 0)
           AND j.status IN ('NEW', 'FAILED') AND j.available_at < 'infinity'
         ORDER BY j.job_id LIMIT p_limit FOR UPDATE)
    SELECT array_agg(w.job_id), max(w.job_id) INTO v_ids, last_job_id FROM waiting w;
    UPDATE llm.job j SET waits = true, available_at = 'infinity' WHERE j.job_id = ANY (v_ids);
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN NEXT;
END $$;
