-- Writes N bridges between entities and rows of one other family: what the batch inserts of bridges share.
-- p_family: the other family; p_items: as for dbo.usp_route_bridges, where families need not be said: subjects are entities,
-- objects of the other family. Returns for each its place (from 1), row and whether it is new; all or none.
CREATE OR REPLACE FUNCTION dbo.usp_batch_insert_bridges(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint,
    p_chunk_id bigint, p_family text, p_items jsonb) RETURNS SETOF dbo.routed_row
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT b.*
      FROM dbo.usp_route_bridges(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id,
               (SELECT r.job_type FROM llm.run r WHERE r.run_id = p_run_id),
               (SELECT r.contract_version FROM llm.run r WHERE r.run_id = p_run_id),
               (SELECT coalesce(jsonb_agg(e.item || jsonb_build_object('subject_family', 'entity', 'object_family', p_family) ORDER BY e.place), '[]')
                  FROM jsonb_array_elements(dbo.fn_items(jsonb_build_object('bridges', p_items), 'bridges')) WITH ORDINALITY e(item, place))) r
     CROSS JOIN LATERAL unnest(r.bridges) b ORDER BY b.ordinal
$$;
