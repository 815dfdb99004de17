-- Lets a paused backfill go on: its jobs can be claimed again, and llm.usp_backfill_step enqueues what is left. Steps as
-- in llm.usp_pause_backfill. One that was cut short, and is running still, may be resumed too.
-- Returns how many jobs wait again and the last id; null: none is left.
-- Writes llm.backfill, llm.job. AL004: unknown backfill; AL005: it was cancelled, or a limit out of range.
CREATE OR REPLACE FUNCTION llm.usp_resume_backfill(p_backfill_id bigint, p_after_job_id bigint, p_limit integer)
RETURNS TABLE (changed integer, last_job_id bigint)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    SELECT h.changed, h.last_job_id INTO changed, last_job_id
      FROM llm.usp_hold_backfill_jobs(p_backfill_id, false, p_after_job_id, p_limit) h;
    UPDATE llm.backfill b SET state = 'running', changed_at = now() WHERE b.backfill_id = p_backfill_id AND b.state = 'paused';
    RETURN NEXT;
END $$;
