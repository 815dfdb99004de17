-- The columns that tell a table's rows apart: those of its oldest unique index beside the primary key. Null: it has none.
-- p_table: with its schema. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_natural_key(p_table text) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT array_agg(a.attname::text ORDER BY k.place)
      FROM (SELECT i.indexrelid, i.indrelid, i.indkey FROM pg_index i
             WHERE i.indrelid = p_table::regclass AND i.indisunique AND NOT i.indisprimary ORDER BY i.indexrelid LIMIT 1) x
     CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY k(attnum, place)
      JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum
$$;
