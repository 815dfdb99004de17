-- Raises AL005 unless a step's limit is from 1 to 100000 rows: work on many rows goes in bounded transactions.
-- Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_require_step(p_limit integer) RETURNS void
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF p_limit IS NULL OR p_limit NOT BETWEEN 1 AND 100000 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005',
            MESSAGE = format('a step must take from 1 to 100000 rows, not %s', coalesce(p_limit::text, 'null'));
    END IF;
END $$;
