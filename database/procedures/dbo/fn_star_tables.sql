-- The star schema's tables, found in the catalogue, so that tables made later are among them: kind is dimension, bridge or
-- fact. ends: the columns that lead to dimensions (not the works that are bounds), in their order. label_column: what names
-- a row for a person, or null. has_state: has a promotion_state. subject_prefix: subject or target, where a pair of columns
-- names table and id of the row that this one is about. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_star_tables() RETURNS TABLE (table_name text, kind text, key_column text, label_column text,
    has_state boolean, subject_prefix text, ends text[])
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH star AS (
        SELECT c.oid, c.relname::text AS name, 'dbo.' || c.relname AS table_name,
               CASE split_part(c.relname, '_', 1) WHEN 'dim' THEN 'dimension' ELSE split_part(c.relname, '_', 1) END AS kind
          FROM pg_class c
         WHERE c.relnamespace = 'dbo'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
           AND c.relname ~ '^(dim|bridge|fact)_'
           -- What holds for all tenants (the families that are registered) is no row of the star.
           AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
    ), columns AS (
        SELECT s.oid, a.attname::text AS name, a.attnum FROM star s JOIN pg_attribute a ON a.attrelid = s.oid
         WHERE a.attnum > 0 AND NOT a.attisdropped
    )
    SELECT s.table_name, s.kind, dbo.fn_key_column(quote_ident('dbo') || '.' || quote_ident(s.name)),
           (SELECT c.name FROM columns c
             WHERE c.oid = s.oid AND CASE s.kind WHEN 'dimension' THEN c.name = regexp_replace(s.name, '^dim_', '') || '_name'
                                                 WHEN 'bridge' THEN c.name ~ '_(type|role)$'
                                                 ELSE c.name = 'predicate' END
             ORDER BY c.attnum LIMIT 1),
           EXISTS (SELECT FROM columns c WHERE c.oid = s.oid AND c.name = 'promotion_state'),
           (SELECT regexp_replace(c.name, '_table$', '') FROM columns c
             WHERE c.oid = s.oid AND c.name IN ('subject_table', 'target_table')
               AND EXISTS (SELECT FROM columns i WHERE i.oid = s.oid AND i.name = regexp_replace(c.name, '_table$', '_id'))),
           ARRAY(SELECT c.name FROM columns c JOIN dbo.fn_references() f ON f.table_id = s.oid AND f.place = c.attnum
                   JOIN star d ON d.oid = f.other_id AND d.kind = 'dimension'
                  WHERE c.oid = s.oid AND c.name NOT IN ('start_work_id', 'end_work_id', 'merged_into_id') ORDER BY c.attnum)
      FROM star s
     ORDER BY array_position(ARRAY['dimension', 'bridge', 'fact'], s.kind), s.table_name COLLATE "C"
$$;
