-- When a job that goes back to the queue may be claimed again: at p_at, or, where it belongs to a backfill that is paused,
-- not before that is resumed ('infinity'). A pause that is under way is waited for. Writes nothing; locks the backfill's row
-- for sharing.
CREATE OR REPLACE FUNCTION llm.fn_available_at(p_backfill_id bigint, p_at timestamptz) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_state text;
BEGIN
    IF p_backfill_id IS NULL THEN
        RETURN p_at;
    END IF;
    SELECT b.state INTO v_state FROM llm.backfill b WHERE b.backfill_id = p_backfill_id FOR SHARE;
    RETURN CASE WHEN v_state = 'paused' THEN 'infinity' ELSE p_at END;
END $$;
