-- One step of llm.usp_pause_backfill (p_hold) and llm.usp_resume_backfill: the backfill must not be cancelled; at most p_limit of its waiting
-- jobs with ids above p_after_job_id (null: from the first) leave the claims, or come back to them. Those that run go on.
-- Returns how many did and the last id; null: none is left.
-- Writes llm.job. AL004: unknown backfill; AL005: it was cancelled, or a limit out of range.
CREATE OR REPLACE FUNCTION llm.usp_hold_backfill_jobs(p_backfill_id bigint, p_hold boolean, p_after_job_id bigint, p_limit integer)
RETURNS TABLE (changed integer, last_job_id bigint)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_ids bigint[];
BEGIN
    PERFORM llm.fn_require_step(p_limit);
    IF (llm.usp_lock_backfill(p_backfill_id)).state = 'cancelled' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('backfill %s was cancelled; begin it anew', p_backfill_id);
    END IF;
    WITH waiting AS MATERIALIZED (
        SELECT j.job_id FROM llm.job j
         WHERE j.backfill_id = p_backfill_id AND j.job_id > coalesce(p_after_job_id, 0)
           AND j.status IN ('NEW', 'FAILED') AND (j.available_at = 'infinity') <> p_hold
         ORDER BY j.job_id LIMIT p_limit FOR UPDATE)
    SELECT array_agg(w.job_id), max(w.job_id) INTO v_ids, last_job_id FROM waiting w;
    UPDATE llm.job j SET waits = p_hold, available_at = CASE WHEN p_hold THEN 'infinity' ELSE clock_timestamp() END
     WHERE j.job_id = ANY (v_ids);
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN NEXT;
END $$;
