-- The first column of a table's primary key. p_table: with its schema. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_key_column(p_table text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN -- plpgsql keeps its plan
    RETURN (SELECT a.attname::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
         WHERE i.indrelid = p_table::regclass AND i.indisprimary);
END $$;
