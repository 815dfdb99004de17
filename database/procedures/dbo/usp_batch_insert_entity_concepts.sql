-- Writes N associations of entities with concepts of one source at once, as {subject, predicate, object, subject_type?, object_type?, …}: entity, role,
-- concept; see dbo.usp_route_bridges for shape, rules, tables and errors.
-- Returns for each its place (from 1), the row's id and whether it is new; all or none.
CREATE OR REPLACE FUNCTION dbo.usp_batch_insert_entity_concepts(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint,
    p_chunk_id bigint, p_items jsonb) RETURNS TABLE (ordinal integer, entity_concept_id bigint, is_new boolean)
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT r.ordinal, r.target_id, r.is_new
      FROM dbo.usp_batch_insert_bridges(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, 'concept', p_items) r
$$;
