-- Which columns of a bridge or fact follow which mention of its evidence: {"column": "mention_id" or "other_mention_id"}.
-- Null: the table is neither. p_table: with its schema. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_mention_ends(p_table text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT jsonb_object_agg(e.name, e.mention)
      FROM (SELECT f.from_column AS name, 'mention_id' AS mention FROM dbo.bridge_family f WHERE f.table_name = p_table AND f.from_family = 'entity'
            UNION ALL
            SELECT f.to_column, 'other_mention_id' FROM dbo.bridge_family f WHERE f.table_name = p_table AND f.to_family = 'entity'
            UNION
            SELECT 'subject_id', 'mention_id' FROM dbo.fact_family f WHERE f.table_name = p_table) e
$$;
