-- The moment that lies p_days before now. Writes nothing. AL005: not from 1 to 36500 days.
CREATE OR REPLACE FUNCTION llm.fn_retention_cutoff(p_days integer) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF p_days IS NULL OR p_days NOT BETWEEN 1 AND 36500 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005',
            MESSAGE = format('what is older than %s days: say from 1 to 36500 days', coalesce(p_days::text, 'null'));
    END IF;
    RETURN now() - make_interval(days => p_days);
END $$;
