-- Writes items that waited for a table into the one that there is now, through the procedures that fill it ever after.
-- p_kind: dimension or bridge; p_family: of dimensions; p_items: as dbo.fn_waiting_item gives them. Returns how many links to
-- evidence were new. Writes and raises what dbo.usp_route_dimensions and dbo.usp_route_bridges do.
CREATE OR REPLACE FUNCTION dbo.usp_route_waiting_items(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint, p_chunk_id bigint,
    p_kind text, p_family text, p_items jsonb) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF p_kind = 'bridge' THEN
        RETURN (SELECT r.evidence_new FROM dbo.usp_route_bridges(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id,
            (SELECT r.job_type FROM llm.run r WHERE r.run_id = p_run_id), (SELECT r.contract_version FROM llm.run r WHERE r.run_id = p_run_id), p_items) r);
    END IF;
    RETURN (SELECT r.evidence_new FROM dbo.usp_route_dimensions(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, p_family, p_items) r);
END $$;
