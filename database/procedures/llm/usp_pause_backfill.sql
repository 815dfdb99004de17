-- Pauses a backfill: nothing more is enqueued, and its waiting jobs leave the claims until llm.usp_resume_backfill; those
-- that run go on. A step takes at most p_limit jobs with ids above p_after_job_id (null: from the first): call it again
-- with the id that it returned until that is null. Returns how many it held back and the last id.
-- Writes llm.backfill, llm.job. AL004: unknown backfill; AL005: it was cancelled, or a limit out of range.
CREATE OR REPLACE FUNCTION llm.usp_pause_backfill(p_backfill_id bigint, p_after_job_id bigint, p_limit integer)
RETURNS TABLE (changed integer, last_job_id bigint)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    SELECT h.changed, h.last_job_id INTO changed, last_job_id
      FROM llm.usp_hold_backfill_jobs(p_backfill_id, true, p_after_job_id, p_limit) h;
    UPDATE llm.backfill b SET state = 'paused', changed_at = now() WHERE b.backfill_id = p_backfill_id AND b.state <> 'paused';
    RETURN NEXT;
END $$;
