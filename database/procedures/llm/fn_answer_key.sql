-- The bytes of an answer's key, given as 64 hexadecimal digits. Writes nothing. AL005: it is none.
CREATE OR REPLACE FUNCTION llm.fn_answer_key(p_answer_key text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF coalesce(p_answer_key, '') !~ '^[0-9a-fA-F]{64}$' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005',
            MESSAGE = format('an answer''s key has 64 hexadecimal digits, not "%s"', left(p_answer_key, 100));
    END IF;
    RETURN decode(p_answer_key, 'hex');
END $$;
