-- Writes the relations of one passage: the step that every procedure which brings relations shares.
-- p_relations: array of {subject, predicate, object, subject_type?, object_type?, confidence, grounding, evidence?, bounds?}; see
-- dbo.usp_route_passage_relations for the rules, the tables written and the errors. p_job_type, p_contract_version as for entities.
-- OUT routed: for each item its place (from 1), relation and whether that is new; evidence_new: new links;
--   entities: the ends as routed entities.
CREATE OR REPLACE FUNCTION dbo.usp_route_relations(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint,
    p_chunk_id bigint, p_job_type text, p_contract_version text, p_relations jsonb,
    OUT routed dbo.routed_item[], OUT evidence_new integer, OUT entities dbo.routed_item[])
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_routed record;
BEGIN
    SELECT * INTO v_routed FROM dbo.usp_route_passage_relations(p_tenant_id,
        dbo.fn_passages(p_tenant_id, ARRAY[p_run_id], ARRAY[p_source_page_id], ARRAY[p_chunk_id], ARRAY[p_job_type], ARRAY[p_contract_version]),
        ARRAY[p_relations]);
    evidence_new := v_routed.evidence_new[1];
    routed := ARRAY(SELECT ROW(r.ordinal, r.target_id, r.is_new)::dbo.routed_item FROM unnest(v_routed.routed) r ORDER BY r.ordinal);
    entities := ARRAY(SELECT ROW(r.ordinal, r.target_id, r.is_new)::dbo.routed_item FROM unnest(v_routed.entities) r ORDER BY r.ordinal);
END $$;
