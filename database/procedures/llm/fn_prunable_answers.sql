-- Kept answers that are more than p_days old, which llm.usp_forget_answers would forget, and the bytes of their texts.
-- AL005: days below zero. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_prunable_answers(p_days integer) RETURNS TABLE (answers bigint, bytes bigint)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF p_days IS NULL OR p_days < 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('days must be at least 0, not %s', coalesce(p_days::text, 'null'));
    END IF;
    RETURN QUERY SELECT count(*), coalesce(sum(octet_length(a.content)), 0)::bigint FROM llm.answer_cache a
                  WHERE a.kept_at <= clock_timestamp() - make_interval(days => p_days);
END $$;
