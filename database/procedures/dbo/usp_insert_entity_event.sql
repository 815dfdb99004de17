-- Writes one participation in an event, as {subject, predicate, object, subject_type?, object_type?, …}: entity, role, event; see
-- dbo.usp_route_bridges for shape, rules, tables and errors. Returns the row's id and whether it is new.
CREATE OR REPLACE FUNCTION dbo.usp_insert_entity_event(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint,
    p_chunk_id bigint, p_item jsonb) RETURNS TABLE (entity_event_id bigint, is_new boolean)
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT r.entity_event_id, r.is_new
      FROM dbo.usp_batch_insert_entity_events(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, jsonb_build_array(p_item)) r
$$;
