-- Routes the answer of a passage_extraction job: p_output {"entities":[…],"relations":[…]}; see dbo.usp_route_entities and
-- dbo.usp_route_relations for the items, the rules, the tables written and the errors. Returns counts (dbo.fn_routing_counts),
-- where ends that the passage had not mentioned yet count as entities too. All or none.
CREATE OR REPLACE FUNCTION dbo.usp_process_passage_extraction_output(p_job_id bigint, p_run_id uuid, p_output jsonb)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_job dbo.job_context := dbo.fn_job_context(p_job_id);
    v_entities record;
    v_relations record;
BEGIN
    PERFORM dbo.usp_lock_item_names(v_job.tenant_id, dbo.fn_items(p_output, 'entities') || dbo.fn_items(p_output, 'relations'));
    SELECT * INTO v_entities FROM dbo.usp_route_entities(v_job.tenant_id, p_run_id, v_job.source_page_id, v_job.chunk_id,
        v_job.job_type, v_job.contract_version, dbo.fn_items(p_output, 'entities'));
    SELECT * INTO v_relations FROM dbo.usp_route_relations(v_job.tenant_id, p_run_id, v_job.source_page_id, v_job.chunk_id,
        v_job.job_type, v_job.contract_version, dbo.fn_items(p_output, 'relations'));
    RETURN dbo.fn_routing_counts(v_job.tenant_id, v_entities.routed || v_relations.entities, v_relations.routed,
        v_entities.evidence_new + v_relations.evidence_new);
END $$;
