-- Lets a paused backfill go on: its jobs can be claimed again, and llm.usp_backfill_step enqueues what is left. Steps as
-- in llm.usp_pause_backfill. One that was cut short, and is running still, may be resumed too.
-- Returns how many jobs wait again and the last id; null: none is left.
-- Writes llm.backfill, llm.job. AL004: unknown backfill; AL005: it was cancelled, or a limit out of range.
CREATE OR REPLACE FUNCTION llm.usp_resume_backfill(p_backfill_id bigint, p_after_job_id bigint, p_limit integer)
RETURNS TABLE (changed integer, last_job_id bigint)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_ids bigint[];
BEGIN
    PERFORM llm.fn_require_step(p_limit);
    IF (llm.usp_lock_backfill(p_backfill_id)).state = 'cancelled' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('backfill %s was cancelled; begin it anew', p_backfill_id);
    END IF;
    UPDATE llm.backfill b SET state = 'running', changed_at = now() WHERE b.backfill_id = p_backfill_id AND b.state = 'paused';
    WITH held AS MATERIALIZED (
        SELECT j.job_id FROM llm.job j
         WHERE j.backfill_id = p_backfill_id AND j.job_id > coalesce(p_after_job_id, 0)
           AND j.status IN ('NEW', 'FAILED') AND j.available_at = 'infinity'
         ORDER BY j.job_id LIMIT p_limit FOR UPDATE)
    SELECT array_agg(h.job_id), max(h.job_id) INTO v_ids, last_job_id FROM held h;
    UPDATE llm.job j SET waits = false, available_at = clock_timestamp() WHERE j.job_id = ANY (v_ids);
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN NEXT;
END $$;
