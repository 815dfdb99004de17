-- Forgets kept answers that are more than p_days old, at most p_limit of them, the oldest first: call it again until it
-- returns less than p_limit. Returns how many. Writes llm.answer_cache. AL005: days below zero, or a limit below one.
CREATE OR REPLACE FUNCTION llm.usp_forget_answers(p_days integer, p_limit integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_count integer;
BEGIN
    IF p_days IS NULL OR p_days < 0 OR p_limit IS NULL OR p_limit < 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('days must be at least 0 and the limit at least 1, not %s and %s',
                                                                   coalesce(p_days::text, 'null'), coalesce(p_limit::text, 'null'));
    END IF;
    WITH old AS MATERIALIZED (
        SELECT a.answer_key FROM llm.answer_cache a WHERE a.kept_at <= clock_timestamp() - make_interval(days => p_days)
         ORDER BY a.kept_at LIMIT p_limit FOR UPDATE SKIP LOCKED)
    DELETE FROM llm.answer_cache a USING old o WHERE a.answer_key = o.answer_key;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END $$;
