-- Locks a backfill for a change of it and gives it. Writes nothing. AL004: there is none.
CREATE OR REPLACE FUNCTION llm.usp_lock_backfill(p_backfill_id bigint) RETURNS llm.backfill
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_backfill llm.backfill;
BEGIN
    SELECT b.* INTO v_backfill FROM llm.backfill b WHERE b.backfill_id = p_backfill_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format(
            'there is no backfill %s; "almagest backfill list" shows them', coalesce(p_backfill_id::text, 'null'));
    END IF;
    RETURN v_backfill;
END $$;
