-- Writes N rows of one family of dimensions (event, work, location, period, concept, tag …) of one source at once; see
-- dbo.usp_route_dimensions for shape, rules, tables and errors. Entities have dbo.usp_batch_insert_entities.
-- Returns for each its place (from 1), the row's id and whether it is new; all or none.
CREATE OR REPLACE FUNCTION dbo.usp_batch_insert_dimensions(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint,
    p_chunk_id bigint, p_family text, p_items jsonb) RETURNS TABLE (ordinal integer, target_id bigint, is_new boolean)
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT d.ordinal, d.target_id, d.is_new
      FROM dbo.usp_route_dimensions(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, p_family, p_items) r
     CROSS JOIN LATERAL unnest(r.routed) d ORDER BY d.ordinal
$$;
