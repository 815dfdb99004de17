-- The columns of a table or view that go into an export, in their order: name, type, the table that it leads to (dbo.fn_references),
-- whether it is never null, whether it is an array. Left out is what only holds things together inside (dbo.name's ids) and, unless
-- p_with_text, the texts of pages, chunks and quotes. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_export_columns(p_table text, p_with_text boolean)
RETURNS TABLE (place integer, name text, type text, reference text, is_required boolean, is_array boolean)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT a.attnum::integer, a.attname::text,
           format_type(CASE WHEN y.typtype = 'd' THEN y.typbasetype ELSE a.atttypid END, CASE WHEN y.typtype = 'd' THEN NULL ELSE a.atttypmod END),
           (SELECT n.nspname || '.' || r.relname
              FROM dbo.fn_references() f JOIN pg_class r ON r.oid = f.other_id JOIN pg_namespace n ON n.oid = r.relnamespace
             WHERE f.table_id = a.attrelid AND f.place = a.attnum AND a.attname <> 'tenant_id'
             ORDER BY f.other_id LIMIT 1),
           a.attnotnull, y.typcategory = 'A'
      FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
     WHERE a.attrelid = p_table::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attname NOT IN ('name_id', 'name_hash')
       AND (p_with_text OR (p_table, a.attname) NOT IN (('sem.source_page', 'text'), ('vector.chunk', 'content'), ('dbo.evidence', 'quote')))
$$;
