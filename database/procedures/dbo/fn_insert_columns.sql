-- The columns that a new row of a table must be given: its natural key, what may not be null and has no default, and
-- values that generated columns are made of. In the order of the natural key, then of the table. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_insert_columns(p_table text) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT array_agg(a.attname::text ORDER BY array_position(k.columns, a.attname::text), a.attnum)
      FROM pg_attribute a, dbo.fn_natural_key(p_table) k(columns)
     WHERE a.attrelid = p_table::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity = ''
       AND (a.attname = ANY (k.columns) OR a.attnotnull AND NOT a.atthasdef OR a.attname IN ('value', 'value_text'))
$$;
