-- Writes the bridges of one passage, each into the table that the families of its ends call for: the step that every
-- procedure which brings bridges shares. Between entities it is dbo.usp_route_relations.
-- p_bridges: array of {subject, predicate, object, subject_family?, object_family?, subject_type?, object_type?, bounds,
-- confidence, grounding, evidence?, attributes?, family?, subject_date?, object_date? (which namesake of the passage)}; families are entity where nothing is said. A pair of families that is
-- registered the other way round goes there too, marked "reversed" in the attributes; family, the model's word for the kind of
-- bridge, is kept there as well. The predicate is the role: participation_role, appearance_type …
-- OUT bridges: for each item its place (from 1), row and whether that is new; entities, dimensions: ends that the passage had
-- not named yet; evidence_new: new links.
-- A row stands for ends, role and bounds: other bounds are another row. The same again changes nothing.
-- Writes the tables of dbo.bridge_family and dbo.dimension_family and what dbo.usp_route_relations writes.
-- Errors: AL003 names the item that is not of this shape; AL004 unknown tenant, page, chunk or run; AL014 there is no such
-- family; AL015 no table for bridges between two families.
CREATE OR REPLACE FUNCTION dbo.usp_route_bridges(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint, p_chunk_id bigint,
    p_job_type text, p_contract_version text, p_bridges jsonb, OUT bridges dbo.routed_row[], OUT entities dbo.routed_item[],
    OUT dimensions dbo.routed_row[], OUT evidence_new integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan -- planning takes longer than the work
SET jit = off AS $$
DECLARE
    v_passage record;
    v_items jsonb;
    v_fault text;
    v_ends record;
    v_relations jsonb;
    v_family dbo.bridge_family;
    v_routed record;
BEGIN
    SELECT * INTO v_passage FROM dbo.fn_require_passage(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id);
    PERFORM dbo.fn_check_items('bridges', p_bridges, ARRAY['subject', 'object'], ARRAY['predicate'], '{}',
        ARRAY['subject_type', 'object_type', 'subject_family', 'object_family', 'family'], v_passage.text_length);
    bridges := '{}';
    entities := '{}';
    dimensions := '{}';
    evidence_new := 0;
    IF p_bridges = '[]' THEN
        RETURN;
    END IF;

    -- Items with their table, turned round where the table has the families in the other order.
    SELECT jsonb_agg(CASE WHEN b.is_reversed
               THEN e.item || jsonb_build_object('subject', e.item -> 'object', 'object', e.item -> 'subject', 'subject_type', e.item -> 'object_type',
                    'object_type', e.item -> 'subject_type', 'subject_date', e.item -> 'object_date', 'object_date', e.item -> 'subject_date', 'subject_family', f.object, 'object_family', f.subject)
               ELSE e.item || jsonb_build_object('subject_family', f.subject, 'object_family', f.object) END
               || jsonb_build_object('ordinal', e.place, 'table_name', b.table_name, 'marks', jsonb_strip_nulls(jsonb_build_object(
                    'family', e.item -> 'family', 'reversed', CASE WHEN b.is_reversed THEN true END))) ORDER BY e.place),
           min(format('bridges[%s]: there is no table for bridges between %s and %s', e.place - 1, f.subject, f.object))
               FILTER (WHERE b.table_name IS NULL)
      INTO v_items, v_fault
      FROM jsonb_array_elements(p_bridges) WITH ORDINALITY e(item, place)
     CROSS JOIN LATERAL (SELECT (dbo.fn_require_family(coalesce(e.item ->> 'subject_family', 'entity'))).family AS subject,
                                (dbo.fn_require_family(coalesce(e.item ->> 'object_family', 'entity'))).family AS object) f
      LEFT JOIN LATERAL (SELECT r.table_name, (r.from_family, r.to_family) <> (f.subject, f.object) AS is_reversed FROM dbo.bridge_family r
                          WHERE (r.from_family, r.to_family) IN ((f.subject, f.object), (f.object, f.subject))
                          ORDER BY is_reversed LIMIT 1) b ON true;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL015', MESSAGE = v_fault;
    END IF;
    PERFORM dbo.usp_lock_item_names(p_tenant_id, p_bridges);

    SELECT jsonb_agg(e.item || jsonb_build_object('attributes', coalesce(nullif(e.item -> 'attributes', 'null'), '{}') || (e.item -> 'marks')) ORDER BY e.place)
      INTO v_relations FROM jsonb_array_elements(v_items) WITH ORDINALITY e(item, place)
     WHERE e.item ->> 'table_name' = 'dbo.bridge_entity_relation';
    IF v_relations IS NOT NULL THEN
        SELECT * INTO v_routed FROM dbo.usp_route_relations(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, p_job_type, p_contract_version, v_relations);
        bridges := ARRAY(SELECT ROW('dbo.bridge_entity_relation', (v_relations -> (r.ordinal - 1) ->> 'ordinal')::integer, r.target_id, r.is_new)::dbo.routed_row
                           FROM unnest(v_routed.routed) r);
        entities := v_routed.entities;
        evidence_new := v_routed.evidence_new;
    END IF;

    SELECT coalesce(jsonb_agg(e.item ORDER BY e.place), '[]') INTO v_items FROM jsonb_array_elements(v_items) WITH ORDINALITY e(item, place)
     WHERE e.item ->> 'table_name' <> 'dbo.bridge_entity_relation';
    IF v_items = '[]' THEN
        RETURN;
    END IF;
    SELECT * INTO v_ends FROM dbo.usp_resolve_item_ends(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, p_job_type, p_contract_version,
        v_items, true, v_passage.char_start, v_passage.char_end);
    entities := entities || v_ends.entities;
    dimensions := v_ends.dimensions;
    evidence_new := evidence_new + v_ends.evidence_new;

    FOR v_family IN SELECT f.* FROM dbo.bridge_family f
                     WHERE f.table_name IN (SELECT e.item ->> 'table_name' FROM jsonb_array_elements(v_items) e(item))
                     ORDER BY f.table_name COLLATE "C" LOOP
        SELECT * INTO v_routed FROM dbo.usp_write_rows(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, v_family.table_name,
            (SELECT jsonb_agg(dbo.fn_bound_row(p_tenant_id, e.item, v_family.from_family || '_' || v_family.to_family, v_ends.works, e.item -> 'marks')
                        || jsonb_build_object('ordinal', e.item -> 'ordinal', v_family.from_column, f.target_id, v_family.to_column, t.target_id,
                                v_family.role_column, dbo.fn_type_key(e.item ->> 'predicate'),
                                'mention_id', f.mention_id, 'other_mention_id', t.mention_id))
               FROM jsonb_array_elements(v_items) e(item)
               JOIN unnest(v_ends.ends) f ON f.ordinal = (e.item ->> 'ordinal')::integer AND NOT f.is_object
               JOIN unnest(v_ends.ends) t ON t.ordinal = (e.item ->> 'ordinal')::integer AND t.is_object
              WHERE e.item ->> 'table_name' = v_family.table_name), v_passage.char_start, v_passage.char_end);
        bridges := bridges || v_routed.routed;
        evidence_new := evidence_new + v_routed.evidence_new;
    END LOOP;
END $$;
