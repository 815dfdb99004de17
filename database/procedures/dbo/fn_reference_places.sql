-- Where tables of schema dbo refer to rows of a table: by foreign key, by a column that is named as the table's key or is an end of a
-- registered bridge (tables that are written most have no foreign key to what their writer has just looked up), or by a pair of columns that name table and row
-- (subject_table and subject_id, target_table and target_id). Read from the catalogue, so that tables made later are
-- among them. Left out are the table itself, pairs for the audit and the records of merges, which have rules of
-- their own. p_table: with its schema. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_reference_places(p_table text) RETURNS SETOF dbo.reference_place
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH candidate AS (
        SELECT t.oid, 'dbo.' || t.relname AS table_name,
               dbo.fn_key_column('dbo.' || t.relname) AS key_column
          FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
         WHERE n.nspname = 'dbo' AND t.relkind IN ('r', 'p') AND NOT t.relispartition
           AND 'dbo.' || t.relname <> p_table
           AND t.relname NOT IN ('entity_dedupe_candidate', 'entity_merge', 'entity_merge_row')
    ), place AS (
        SELECT c.oid, c.table_name, c.key_column, array_agg(a.attname::text ORDER BY a.attnum) AS reference_columns,
               NULL::text AS tag_column
          FROM candidate c
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE a.attname = dbo.fn_key_column(p_table)
            OR EXISTS (SELECT FROM dbo.fn_references() f WHERE f.table_id = c.oid AND f.place = a.attnum AND f.other_id = p_table::regclass)
         GROUP BY c.oid, c.table_name, c.key_column
        UNION ALL
        SELECT c.oid, c.table_name, c.key_column, ARRAY[replace(a.attname, '_table', '_id')], a.attname::text
          FROM candidate c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('subject_table', 'target_table')
    )
    SELECT p.table_name, p.key_column, p.reference_columns, p.tag_column,
           (SELECT array_agg(a.attname::text ORDER BY a.attnum)
              FROM pg_index i JOIN pg_attribute a ON a.attrelid = p.oid AND a.attnum = ANY (i.indkey)
             WHERE i.indrelid = p.oid AND i.indisunique AND NOT i.indisprimary
             GROUP BY i.indexrelid HAVING bool_or(a.attname = ANY (p.reference_columns))
             ORDER BY i.indexrelid LIMIT 1)
      FROM place p
     ORDER BY p.tag_column NULLS FIRST, p.table_name COLLATE "C"
$$;
