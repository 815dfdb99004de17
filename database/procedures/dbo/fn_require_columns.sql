-- Raises AL005 unless a table has these columns, a primary key and a natural key. p_table: with its schema. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_require_columns(p_table text, p_columns text[]) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_missing text;
BEGIN
    SELECT string_agg(c.name, ', ') INTO v_missing FROM unnest(p_columns) c(name)
     WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass(p_table) AND a.attname = c.name AND NOT a.attisdropped);
    IF v_missing IS NOT NULL OR to_regclass(p_table)::text IS DISTINCT FROM p_table OR dbo.fn_key_column(p_table) IS NULL OR dbo.fn_natural_key(p_table) IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = CASE WHEN to_regclass(p_table) IS NULL THEN format('there is no table %s', p_table)
            WHEN v_missing IS NOT NULL THEN format('%s lacks columns: %s', p_table, v_missing)
            ELSE format('%s must be written with its schema, and have a primary key and a unique index', p_table) END;
    END IF;
END $$;
