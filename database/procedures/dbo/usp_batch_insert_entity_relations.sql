-- Writes N relations of one source at once; see dbo.usp_route_relations for shape, rules, tables and errors.
-- Returns for each its place (from 1), the relation's id and whether it is new; all or none.
CREATE OR REPLACE FUNCTION dbo.usp_batch_insert_entity_relations(p_tenant_id integer, p_run_id uuid,
    p_source_page_id bigint, p_chunk_id bigint, p_relations jsonb)
RETURNS TABLE (ordinal integer, relation_id bigint, is_new boolean)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN QUERY
    SELECT i.ordinal, i.target_id, i.is_new
      FROM dbo.usp_route_relations(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id,
               (SELECT r.job_type FROM llm.run r WHERE r.run_id = p_run_id),
               (SELECT r.contract_version FROM llm.run r WHERE r.run_id = p_run_id), p_relations) e
     CROSS JOIN LATERAL unnest(e.routed) i ORDER BY i.ordinal;
END $$;
