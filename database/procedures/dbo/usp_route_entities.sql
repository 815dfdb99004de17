-- Writes the entities of one passage: the step that every procedure which brings entities shares.
-- p_entities: array of {name, type, aliases?, attributes?, confidence, grounding, evidence?}; see dbo.usp_route_passage_entities for
-- the rules, the tables written and the errors. p_job_type, p_contract_version: what they were extracted under, or null.
-- OUT routed: for each item its place (from 1), entity and whether that is new; evidence_new: new links.
CREATE OR REPLACE FUNCTION dbo.usp_route_entities(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint,
    p_chunk_id bigint, p_job_type text, p_contract_version text, p_entities jsonb,
    OUT routed dbo.routed_item[], OUT evidence_new integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_routed record;
BEGIN
    SELECT * INTO v_routed FROM dbo.usp_route_passage_entities(p_tenant_id,
        dbo.fn_passages(p_tenant_id, ARRAY[p_run_id], ARRAY[p_source_page_id], ARRAY[p_chunk_id], ARRAY[p_job_type], ARRAY[p_contract_version]),
        ARRAY[p_entities]);
    evidence_new := v_routed.evidence_new[1];
    routed := ARRAY(SELECT ROW(r.ordinal, r.target_id, r.is_new)::dbo.routed_item FROM unnest(v_routed.routed) r ORDER BY r.ordinal);
END $$;
