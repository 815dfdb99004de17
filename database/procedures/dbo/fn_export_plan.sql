-- What an export reads, in this order: pages, chunks, runs, the star's tables (dimensions, bridges, facts), other names of entities,
-- classifications of pages, evidence. Tables made by schema proposals are among them. columns: JSON array of {"name", "type",
-- "references"}; query: reads the columns in this order, then what the shape adds (dbo.fn_export_query). For the shape
-- nodes only the star's tables. Writes nothing. AL004: unknown tenant. AL005: unknown shape.
CREATE OR REPLACE FUNCTION dbo.fn_export_plan(p_tenant_id integer, p_shape text, p_promoted_only boolean, p_with_text boolean)
RETURNS TABLE (table_name text, kind text, key_column text, label_column text, ends text[], columns jsonb, query text)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    IF coalesce(p_shape, '') NOT IN ('rows', 'nodes', 'triples') THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('there is no shape %s; there are rows, nodes and triples', p_shape);
    END IF;
    RETURN QUERY
    WITH wanted AS (
        SELECT o.* FROM (VALUES
            (1, 'sem.source_page', 'page', 'source_page_id', 'title'), (2, 'vector.chunk', 'chunk', 'chunk_id', NULL),
            (3, 'llm.run', 'run', 'run_id', 'model'), (5, 'dbo.vw_entity_alias', 'alias', 'entity_id', 'alias'),
            (6, 'sem.page_classification', 'classification', 'source_page_id', 'primary_type'),
            (7, 'dbo.evidence', 'evidence', 'evidence_id', 'quote')) o(rank, table_name, kind, key_column, label_column)
         WHERE p_shape <> 'nodes'
        UNION ALL
        SELECT 4, s.table_name, s.kind, s.key_column, s.label_column FROM dbo.fn_star_tables() s
         WHERE p_shape <> 'nodes' OR s.table_name <> 'dbo.fact_entity_extraction')
    SELECT w.table_name, w.kind, w.key_column, w.label_column, coalesce(s.ends, '{}'),
           (SELECT jsonb_agg(jsonb_build_object('name', c.name, 'type', c.type, 'references', c.reference) ORDER BY c.place)
              FROM dbo.fn_export_columns(w.table_name, p_with_text) c),
           dbo.fn_export_query(w.table_name, w.key_column, p_tenant_id, p_shape, p_promoted_only, p_with_text)
      FROM wanted w LEFT JOIN dbo.fn_star_tables() s ON s.table_name = w.table_name
     ORDER BY w.rank, array_position(ARRAY['dimension', 'bridge', 'fact'], w.kind), w.table_name COLLATE "C";
END $$;
