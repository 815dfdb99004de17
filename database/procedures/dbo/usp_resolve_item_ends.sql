-- Finds the rows that bridges or facts of one passage are about, and the works that their bounds name: the step that dbo.usp_route_bridges and
-- dbo.usp_route_facts share. p_items: array of {subject, subject_family?, subject_type?, confidence, grounding,
-- evidence?, bounds}; with p_has_objects the same of the object, and {ordinal, subject_date?, object_date?}, else ordinals are places. Families are entity where
-- nothing is said.
-- OUT ends, entities, dimensions, evidence_new: as dbo.usp_resolve_ends; works: {name key: id} of dbo.usp_resolve_works.
-- Writes what those procedures write. The caller has checked the items and holds the names' locks. AL014: no such family.
CREATE OR REPLACE FUNCTION dbo.usp_resolve_item_ends(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint, p_chunk_id bigint,
    p_job_type text, p_contract_version text, p_items jsonb, p_has_objects boolean, p_char_start integer, p_char_end integer,
    OUT ends dbo.resolved_end[], OUT entities dbo.routed_item[], OUT dimensions dbo.routed_row[], OUT evidence_new integer, OUT works jsonb)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET plan_cache_mode = force_generic_plan -- planning takes longer than the work
AS $$
BEGIN
    SELECT r.ends, r.entities, r.dimensions, r.evidence_new INTO ends, entities, dimensions, evidence_new
      FROM dbo.usp_resolve_ends(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, p_job_type, p_contract_version, (
        SELECT jsonb_agg(jsonb_build_object('ordinal', CASE WHEN p_has_objects THEN e.item -> 'ordinal' ELSE to_jsonb(e.place) END, 'is_object', s.is_object,
                    'family', (dbo.fn_require_family(coalesce(e.item ->> (s.member || '_family'), 'entity'))).family,
                    'name', e.item -> s.member, 'type', e.item -> (s.member || '_type'),
                    'date', CASE WHEN p_has_objects THEN e.item -> (s.member || '_date') END,
                    'confidence', e.item -> 'confidence', 'grounding', e.item -> 'grounding', 'evidence', e.item -> 'evidence') ORDER BY e.place, s.is_object)
          FROM jsonb_array_elements(p_items) WITH ORDINALITY e(item, place)
          JOIN (VALUES ('subject', false), ('object', true)) s(member, is_object) ON p_has_objects OR NOT s.is_object)) r;
    SELECT coalesce(jsonb_object_agg(w.name_key, w.work_id), '{}') INTO works
      FROM dbo.usp_resolve_works(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, p_items, p_char_start, p_char_end) w;
END $$;
