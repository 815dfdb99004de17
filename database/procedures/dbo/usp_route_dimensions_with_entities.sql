-- Routes items of a family that bring along the entities that have a part in them: events with participants, works with
-- appearances. p_member: the member of an item that holds them, array of {name, type?, role?, bounds?, confidence?,
-- grounding?, evidence?}; what one does not say of confidence, grounding and evidence is its item's; role: unknown.
-- Returns counts (dbo.fn_family_counts). Rules, tables and errors: dbo.usp_route_dimensions, dbo.usp_route_bridges.
CREATE OR REPLACE FUNCTION dbo.usp_route_dimensions_with_entities(p_job dbo.job_context, p_run_id uuid, p_family text, p_member text,
    p_items jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_passage record;
    v_fault text;
    v_bridges jsonb;
    v_dimensions record;
    v_routed record;
BEGIN
    SELECT * INTO v_passage FROM dbo.fn_require_passage(p_job.tenant_id, p_run_id, p_job.source_page_id, p_job.chunk_id);
    PERFORM dbo.fn_check_items(p_family || 's', p_items, ARRAY['name'], '{}', '{}', ARRAY['type'], v_passage.text_length);
    SELECT format('%ss[%s].%s: must be an array', p_family, e.place - 1, p_member) INTO v_fault
      FROM jsonb_array_elements(p_items) WITH ORDINALITY e(item, place)
     WHERE jsonb_typeof(coalesce(e.item -> p_member, 'null')) NOT IN ('array', 'null') ORDER BY e.place LIMIT 1;
    IF v_fault IS NULL THEN
        SELECT format('%ss[%s].%s[%s].%s', p_family, e.place - 1, p_member, a.place - 1, x.fault) INTO v_fault
          FROM jsonb_array_elements(p_items) WITH ORDINALITY e(item, place)
         CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN jsonb_typeof(e.item -> p_member) = 'array' THEN e.item -> p_member ELSE '[]' END)
               WITH ORDINALITY a(part, place)
         CROSS JOIN LATERAL (SELECT CASE WHEN jsonb_typeof(a.part) <> 'object' THEN 'must be an object'
                ELSE dbo.fn_item_fault(dbo.fn_inherited_item(a.part, e.item), ARRAY['name'], '{}', ARRAY['type', 'role'], v_passage.text_length) END AS fault) x
         WHERE x.fault IS NOT NULL ORDER BY e.place, a.place LIMIT 1;
    END IF;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = replace(v_fault, '].must', ']: must');
    END IF;

    SELECT coalesce(jsonb_agg(dbo.fn_inherited_item(a.part, e.item) || jsonb_build_object('subject', a.part -> 'name', 'subject_type', a.part -> 'type',
                'predicate', coalesce(nullif(a.part -> 'role', 'null'), '"unknown"'), 'object', e.item -> 'name', 'object_family', p_family,
                'object_type', e.item -> 'type', 'object_date', e.item -> 'start_date') ORDER BY e.place, a.place), '[]')
      INTO v_bridges
      FROM jsonb_array_elements(p_items) WITH ORDINALITY e(item, place)
     CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN jsonb_typeof(e.item -> p_member) = 'array' THEN e.item -> p_member ELSE '[]' END)
           WITH ORDINALITY a(part, place);
    PERFORM dbo.usp_lock_item_names(p_job.tenant_id, p_items || v_bridges);
    SELECT * INTO v_dimensions FROM dbo.usp_route_dimensions(p_job.tenant_id, p_run_id, p_job.source_page_id, p_job.chunk_id, p_family, p_items);
    SELECT * INTO v_routed FROM dbo.usp_route_bridges(p_job.tenant_id, p_run_id, p_job.source_page_id, p_job.chunk_id, p_job.job_type,
        p_job.contract_version, v_bridges);
    RETURN dbo.fn_family_counts(p_job.tenant_id, v_routed.entities, '{}', v_dimensions.routed || v_routed.dimensions || v_routed.bridges,
                                v_dimensions.evidence_new + v_routed.evidence_new);
END $$;
