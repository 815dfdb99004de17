-- Routes the answer of a relationship_extraction job: p_output {"relations":[…]}; see dbo.usp_route_relations for the
-- items, the rules, the tables written and the errors. Returns counts (dbo.fn_routing_counts), where the entities are
-- the ends that the passage had not mentioned yet. All or none.
CREATE OR REPLACE FUNCTION dbo.usp_process_relationship_extraction_output(p_job_id bigint, p_run_id uuid, p_output jsonb)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_job dbo.job_context := dbo.fn_job_context(p_job_id);
    v_routed record;
BEGIN
    SELECT * INTO v_routed FROM dbo.usp_route_relations(v_job.tenant_id, p_run_id, v_job.source_page_id, v_job.chunk_id,
        v_job.job_type, v_job.contract_version, dbo.fn_items(p_output, 'relations'));
    RETURN dbo.fn_routing_counts(v_job.tenant_id, v_routed.entities, v_routed.routed, v_routed.evidence_new);
END $$;
