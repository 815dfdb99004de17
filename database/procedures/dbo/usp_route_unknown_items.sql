-- Keeps the items of one passage that fit no family, and raises a proposal of a table for each family that they would need.
-- p_items: array of {family, name?, fields?, bounds?, confidence, grounding, evidence?}; those whose fields hold subject, object and
-- the families of both are bridges. They wait in dbo.fact_assertion: subject_table dbo.schema_proposal, subject_id the
-- proposal, predicate the family, value what they are called, attributes their fields, state staged; their evidence keeps them
-- whole. Items of a family that was approved meanwhile go to its table; those of a rejected one are dropped.
-- The same again changes nothing.
-- Returns {proposals_new, items_new, items_known, routed, rejected, evidence_new}.
-- Writes dbo.schema_proposal, dbo.fact_assertion, dbo.evidence, and what dbo.usp_route_dimensions and dbo.usp_route_bridges write.
-- Errors: AL003 names the item that is not of this shape; AL004 unknown tenant, page, chunk or run.
CREATE OR REPLACE FUNCTION dbo.usp_route_unknown_items(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint, p_chunk_id bigint,
    p_items jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET jit = off AS $$
DECLARE
    v_passage record;
    v_fault text;
    v_items jsonb;
    v_new bigint[];
    v_supported bigint[];
    v_rows jsonb;
    v_written record;
    v_kind record;
    v_routed integer := 0;
    v_routed_evidence integer := 0;
    v_rejected integer;
BEGIN
    SELECT * INTO v_passage FROM dbo.fn_require_passage(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id);
    PERFORM dbo.fn_check_items('unknown', p_items, '{}', ARRAY['family'], ARRAY['name'], '{}', v_passage.text_length);
    SELECT format('unknown[%s].fields: must be an object', e.place - 1) INTO v_fault
      FROM jsonb_array_elements(p_items) WITH ORDINALITY e(item, place)
     WHERE jsonb_typeof(coalesce(e.item -> 'fields', 'null')) NOT IN ('object', 'null') ORDER BY e.place LIMIT 1;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = v_fault;
    END IF;
    SELECT coalesce(jsonb_agg(i.item || jsonb_build_object('ordinal', i.place, 'kind', CASE WHEN (
               SELECT count(*) FROM unnest(ARRAY['subject', 'object', 'subject_family', 'object_family']) m(member)
                WHERE jsonb_typeof(i.item -> 'fields' -> m.member) = 'string' AND btrim(i.item -> 'fields' ->> m.member, E' \t\n\r') <> ''
                  AND length(i.item -> 'fields' ->> m.member) <= CASE WHEN m.member LIKE '%\_family' THEN 200 ELSE 1000 END) = 4
               THEN 'bridge' ELSE 'dimension' END)), '[]') INTO v_items
      FROM (SELECT e.place, e.item || jsonb_build_object('family', dbo.fn_type_key(e.item ->> 'family'),
                       'fields', coalesce(nullif(e.item -> 'fields', 'null'), '{}')) AS item
              FROM jsonb_array_elements(p_items) WITH ORDINALITY e(item, place)) i;

    -- What has a table by now.
    FOR v_kind IN
        SELECT i.item ->> 'kind' AS kind, f.family, jsonb_agg(dbo.fn_waiting_item(i.item ->> 'kind', i.item)) AS items
          FROM jsonb_array_elements(v_items) i(item)
          LEFT JOIN dbo.schema_proposal p ON p.tenant_id = p_tenant_id AND p.family = i.item ->> 'family' AND p.status = 'approved'
          LEFT JOIN dbo.dimension_family f ON i.item ->> 'kind' = 'dimension' AND f.family = coalesce(p.override ->> 'family', i.item ->> 'family')
         WHERE CASE WHEN i.item ->> 'kind' = 'dimension' THEN f.family <> 'entity'
                    ELSE EXISTS (SELECT FROM dbo.bridge_family b WHERE (b.from_family, b.to_family) IN (
                        (dbo.fn_type_key(i.item #>> '{fields,subject_family}'), dbo.fn_type_key(i.item #>> '{fields,object_family}')),
                        (dbo.fn_type_key(i.item #>> '{fields,object_family}'), dbo.fn_type_key(i.item #>> '{fields,subject_family}')))) END
         GROUP BY i.item ->> 'kind', f.family ORDER BY f.family COLLATE "C" NULLS LAST
    LOOP
        v_routed := v_routed + jsonb_array_length(v_kind.items);
        v_routed_evidence := v_routed_evidence + dbo.usp_route_waiting_items(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id,
            v_kind.kind, v_kind.family, v_kind.items);
    END LOOP;

    WITH wanted AS (
        SELECT DISTINCT ON (i.item ->> 'family') i.item ->> 'family' AS family, i.item ->> 'kind' AS kind, i.item -> 'fields' AS fields
          FROM jsonb_array_elements(v_items) i(item) ORDER BY i.item ->> 'family', i.item ->> 'kind', (i.item ->> 'ordinal')::integer
    ), made AS (
        INSERT INTO dbo.schema_proposal AS p (tenant_id, family, kind, from_family, to_family, table_name)
        SELECT p_tenant_id, w.family, w.kind, CASE WHEN w.kind = 'bridge' THEN dbo.fn_type_key(w.fields ->> 'subject_family') END,
               CASE WHEN w.kind = 'bridge' THEN dbo.fn_type_key(w.fields ->> 'object_family') END,
               CASE WHEN w.kind = 'bridge' THEN 'bridge_' ELSE 'dim_' END || dbo.fn_identifier(w.family)
          FROM wanted w
         WHERE NOT EXISTS (SELECT FROM dbo.schema_proposal o WHERE o.tenant_id = p_tenant_id AND o.family = w.family)
           AND CASE WHEN w.kind = 'dimension' THEN NOT EXISTS (SELECT FROM dbo.dimension_family f WHERE f.family = w.family)
                    ELSE NOT EXISTS (SELECT FROM dbo.bridge_family b WHERE (b.from_family, b.to_family) IN (
                        (dbo.fn_type_key(w.fields ->> 'subject_family'), dbo.fn_type_key(w.fields ->> 'object_family')),
                        (dbo.fn_type_key(w.fields ->> 'object_family'), dbo.fn_type_key(w.fields ->> 'subject_family')))) END
         ORDER BY w.family COLLATE "C"
        ON CONFLICT (tenant_id, family) DO NOTHING
        RETURNING p.proposal_id)
    SELECT coalesce(array_agg(m.proposal_id), '{}') INTO v_new FROM made m;
    PERFORM FROM dbo.schema_proposal p WHERE p.tenant_id = p_tenant_id AND p.status = 'open'
        AND p.family IN (SELECT i.item ->> 'family' FROM jsonb_array_elements(v_items) i(item))
      ORDER BY p.family COLLATE "C" FOR NO KEY UPDATE;
    v_rejected := (SELECT count(*) FROM jsonb_array_elements(v_items) i(item)
                     JOIN dbo.schema_proposal p ON p.tenant_id = p_tenant_id AND p.family = i.item ->> 'family' AND p.status = 'rejected');

    SELECT coalesce(jsonb_agg(jsonb_build_object('ordinal', i.item -> 'ordinal', 'subject_table', 'dbo.schema_proposal', 'subject_id', p.proposal_id,
               'predicate', left(p.family, 200), 'value', l.label, 'value_hash', dbo.fn_value_hash(l.label), 'start_date', i.item -> 'start_date',
               'end_date', i.item -> 'end_date', 'start_text', i.item -> 'start_text', 'end_text', i.item -> 'end_text',
               'start_precision', i.item -> 'start_precision', 'end_precision', i.item -> 'end_precision', 'work_context', i.item -> 'work_context',
               'confidence', i.item -> 'confidence', 'promotion_state', 'staged', 'attributes', i.item -> 'fields', 'grounding', i.item -> 'grounding',
               'evidence', i.item -> 'evidence', 'said', jsonb_build_object('attributes', i.item -> 'fields', 'item', i.item - ARRAY['evidence', 'ordinal', 'kind'],
                   'fields', (SELECT coalesce(jsonb_object_agg(f.key, jsonb_typeof(f.value)), '{}') FROM jsonb_each(i.item -> 'fields') f),
                   'start_text', i.item -> 'start_text', 'end_text', i.item -> 'end_text', 'start_precision', i.item -> 'start_precision',
                   'end_precision', i.item -> 'end_precision', 'work_context', i.item -> 'work_context')) ORDER BY i.item -> 'ordinal'), '[]')
      INTO v_rows
      FROM jsonb_array_elements(v_items) i(item)
      JOIN dbo.schema_proposal p ON p.tenant_id = p_tenant_id AND p.family = i.item ->> 'family' AND p.status = 'open'
     CROSS JOIN LATERAL (SELECT dbo.fn_waiting_label(i.item ->> 'kind', i.item) AS label) l
     WHERE i.item ->> 'kind' = p.kind OR p.kind = 'dimension';
    v_supported := ARRAY(SELECT DISTINCT a.subject_id FROM dbo.evidence v
        JOIN dbo.fact_assertion a ON a.assertion_id = v.target_id AND a.tenant_id = v.tenant_id AND a.subject_table = 'dbo.schema_proposal'
       WHERE v.source_page_id = p_source_page_id AND v.tenant_id = p_tenant_id AND v.target_table = 'dbo.fact_assertion');
    SELECT * INTO v_written FROM dbo.usp_write_rows(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, 'dbo.fact_assertion', v_rows,
                                                    v_passage.char_start, v_passage.char_end);
    UPDATE dbo.schema_proposal p
       SET items = p.items + t.items, support = p.support + CASE WHEN p.proposal_id = ANY (v_supported) THEN 0 ELSE 1 END,
           fields = dbo.fn_union_attributes(ARRAY[p.fields, t.fields]), updated_at = now()
      FROM (SELECT (r.item ->> 'subject_id')::bigint AS id, count(DISTINCT w.target_id) FILTER (WHERE w.is_new) AS items,
                   dbo.fn_union_attributes(array_agg(r.item #> '{said,fields}')) AS fields
              FROM jsonb_array_elements(v_rows) r(item) JOIN unnest(v_written.routed) w ON w.ordinal = (r.item ->> 'ordinal')::integer
             GROUP BY 1) t
     WHERE p.proposal_id = t.id AND p.tenant_id = p_tenant_id
       AND (t.items > 0 OR p.proposal_id <> ALL (v_supported) OR p.fields <> dbo.fn_union_attributes(ARRAY[p.fields, t.fields]));
    RETURN jsonb_build_object('proposals_new', cardinality(v_new),
        'items_new', (SELECT count(DISTINCT w.target_id) FROM unnest(v_written.routed) w WHERE w.is_new),
        'items_known', (SELECT count(DISTINCT w.target_id) FROM unnest(v_written.routed) w WHERE NOT w.is_new),
        'routed', v_routed, 'rejected', v_rejected, 'evidence_new', v_written.evidence_new + v_routed_evidence);
END $$;
