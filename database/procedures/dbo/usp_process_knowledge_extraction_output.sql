-- Routes the answer of a knowledge_extraction job, all families at once: p_output
--   {"dimensions": [{family, name, type?, aliases?, bounds?, …}], "facts": [{kind, subject, subject_family?, subject_type?, predicate,
--    value, unit?, bounds?}], "bridges": [{family?, subject, subject_family?, subject_type?, predicate, object, object_family?,
--    object_type?, bounds?}], "unknown": [{family, name?, fields?, bounds?}]}, each array may be missing and each item has
--   confidence, grounding, evidence. See dbo.usp_route_entities, dbo.usp_route_dimensions, dbo.usp_route_facts,
--   dbo.usp_route_bridges for the rules, the tables written and the errors.
-- An end whose family is not said has that of the one dimension of this name in the output, else entity. What no
-- family holds is unknown: dimensions and subjects of a family that is not registered, and bridges between families that have no
-- table (family "event_location", its ends among the fields); dbo.usp_route_unknown_items keeps it for a schema proposal.
-- Returns counts (dbo.fn_family_counts), with "unknown": how many items were. All or none.
CREATE OR REPLACE FUNCTION dbo.usp_process_knowledge_extraction_output(p_job_id bigint, p_run_id uuid, p_output jsonb)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET jit = off AS $$
DECLARE
    v_job dbo.job_context := dbo.fn_job_context(p_job_id);
    v_sorted jsonb;
    v_family text;
    v_routed record;
    v_entities dbo.routed_item[] := '{}';
    v_rows dbo.routed_row[] := '{}';
    v_evidence_new integer := 0;
BEGIN
    v_sorted := dbo.fn_sort_knowledge(p_output, (dbo.fn_require_passage(v_job.tenant_id, p_run_id, v_job.source_page_id, v_job.chunk_id)).text_length);
    PERFORM dbo.usp_lock_item_names(v_job.tenant_id, (
        SELECT coalesce(jsonb_agg(i.item), '[]') FROM jsonb_each(v_sorted -> 'dimensions') d CROSS JOIN LATERAL jsonb_array_elements(d.value) i(item))
        || (v_sorted -> 'facts') || (v_sorted -> 'bridges'));

    FOR v_family IN SELECT d.key FROM jsonb_object_keys(v_sorted -> 'dimensions') d(key) ORDER BY d.key = 'entity' DESC, d.key COLLATE "C" LOOP
        IF v_family = 'entity' THEN
            SELECT r.routed, r.evidence_new INTO v_routed FROM dbo.usp_route_entities(v_job.tenant_id, p_run_id, v_job.source_page_id, v_job.chunk_id,
                v_job.job_type, v_job.contract_version, v_sorted -> 'dimensions' -> v_family) r;
            v_entities := v_routed.routed;
        ELSE
            SELECT r.routed, r.evidence_new INTO v_routed FROM dbo.usp_route_dimensions(v_job.tenant_id, p_run_id, v_job.source_page_id,
                v_job.chunk_id, v_family, v_sorted -> 'dimensions' -> v_family) r;
            v_rows := v_rows || v_routed.routed;
        END IF;
        v_evidence_new := v_evidence_new + v_routed.evidence_new;
    END LOOP;
    SELECT * INTO v_routed FROM dbo.usp_route_facts(v_job.tenant_id, p_run_id, v_job.source_page_id, v_job.chunk_id, v_job.job_type,
        v_job.contract_version, v_sorted -> 'facts');
    v_entities := v_entities || v_routed.entities;
    v_rows := v_rows || v_routed.dimensions || v_routed.facts;
    v_evidence_new := v_evidence_new + v_routed.evidence_new;
    SELECT * INTO v_routed FROM dbo.usp_route_bridges(v_job.tenant_id, p_run_id, v_job.source_page_id, v_job.chunk_id, v_job.job_type,
        v_job.contract_version, v_sorted -> 'bridges');
    v_entities := v_entities || v_routed.entities;
    v_rows := v_rows || v_routed.dimensions || v_routed.bridges;
    v_evidence_new := v_evidence_new + v_routed.evidence_new;
    IF v_sorted -> 'unknown' <> '[]' THEN
        PERFORM dbo.usp_route_unknown_items(v_job.tenant_id, p_run_id, v_job.source_page_id, v_job.chunk_id, v_sorted -> 'unknown');
    END IF;
    RETURN dbo.fn_family_counts(v_job.tenant_id, v_entities, '{}', v_rows, v_evidence_new)
           || jsonb_build_object('unknown', jsonb_array_length(v_sorted -> 'unknown'));
END $$;
