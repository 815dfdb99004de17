-- Which columns of tables lead to rows of which other tables: by foreign key, as an end of a registered bridge, or by being named as the key of a
-- dimension (tables that are written most have no foreign key to what their writer has just looked up). place: the column's number. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_references() RETURNS TABLE (table_id oid, place smallint, other_id oid)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT f.conrelid, f.conkey[1], f.confrelid FROM pg_constraint f WHERE f.contype = 'f'
    UNION
    SELECT a.attrelid, a.attnum, d.table_name::regclass::oid
      FROM dbo.bridge_family b
      JOIN pg_attribute a ON a.attrelid = b.table_name::regclass AND a.attname IN (b.from_column, b.to_column)
      JOIN dbo.dimension_family d ON a.attname = b.from_column AND d.family = b.from_family OR a.attname = b.to_column AND d.family = b.to_family
    UNION
    SELECT a.attrelid, a.attnum, k.id
      FROM (SELECT d.table_name::regclass::oid AS id, dbo.fn_key_column(d.table_name) AS name FROM dbo.dimension_family d GROUP BY d.table_name) k
      JOIN pg_attribute a ON a.attname = k.name AND a.attrelid <> k.id AND NOT a.attisdropped
      JOIN pg_class c ON c.oid = a.attrelid AND c.relnamespace = 'dbo'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
$$;
