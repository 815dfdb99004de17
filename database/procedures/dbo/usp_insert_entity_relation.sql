-- Writes one relation; see dbo.usp_route_relations for shape, rules, tables and errors. Returns its id and whether it is new.
CREATE OR REPLACE FUNCTION dbo.usp_insert_entity_relation(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint,
    p_chunk_id bigint, p_item jsonb) RETURNS TABLE (relation_id bigint, is_new boolean)
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT r.relation_id, r.is_new
      FROM dbo.usp_batch_insert_entity_relations(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, jsonb_build_array(p_item)) r
$$;
