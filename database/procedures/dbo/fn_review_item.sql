-- Everything a person needs to decide about one item: {item_type, item_id, label, state, confidence, support, row, ends: [{entity_id, name}] of entities that it is about, evidence: [{locator, title,
-- source_page_id, char_start, char_end, before, quote, after, grounding, confidence, run_id}] (the surest 10, with the text around them),
-- conflicts, dependants: [{item_type, item_id, label, state}] that a rejection would take with it (50 at most), history: what was decided about it}; row is null for a pair; of a proposed table the evidence is that of five items. Writes nothing. AL004: there is none; AL025: no such kind.
CREATE OR REPLACE FUNCTION dbo.fn_review_item(p_tenant_id integer, p_item_type text, p_item_id bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off AS $$
DECLARE
    v_item jsonb;
    v_table text;
BEGIN
    IF p_item_type = 'dedupe_pair' THEN
        SELECT jsonb_build_object('label', dbo.fn_dimension_name(p_tenant_id, 'dbo.dim_entity', c.first_entity_id) || ' = '
                   || dbo.fn_dimension_name(p_tenant_id, 'dbo.dim_entity', c.second_entity_id), 'state', c.status, 'confidence', c.similarity,
                   'reason', c.reason, 'explanation', c.explanation, 'first', dbo.fn_entity_card(p_tenant_id, c.first_entity_id),
                   'second', dbo.fn_entity_card(p_tenant_id, c.second_entity_id), 'row', NULL, 'evidence', '[]'::jsonb, 'conflicts', '[]'::jsonb)
          INTO v_item FROM dbo.entity_dedupe_candidate c WHERE c.pair_id = p_item_id AND c.tenant_id = p_tenant_id;
    ELSIF p_item_type = 'schema_proposal' THEN
        SELECT jsonb_build_object('label', format('a table for %s', p.family), 'state', p.status, 'confidence', NULL, 'support', p.support, 'row', to_jsonb(p),
                   'evidence', coalesce((SELECT jsonb_agg(v.piece || jsonb_build_object('before', '', 'after', '')) FROM jsonb_path_query(
                       dbo.fn_show_schema_proposal(p_tenant_id, p_item_id, 5), '$.examples[*].evidence[0]') v(piece)), '[]'), 'conflicts', '[]'::jsonb)
          INTO v_item FROM dbo.schema_proposal p WHERE p.proposal_id = p_item_id AND p.tenant_id = p_tenant_id;
    ELSE
        v_table := (dbo.fn_item_kind(p_item_type)).table_name;
        SELECT jsonb_build_object('label', i.label, 'state', i.promotion_state, 'confidence', i.confidence, 'support', i.support,
                   'row', dbo.fn_item_row(p_tenant_id, p_item_type, p_item_id), 'conflicts', dbo.fn_item_conflicts(p_tenant_id, p_item_type, p_item_id),
                   'dependants', (SELECT coalesce(jsonb_agg(jsonb_build_object('item_type', d.item_type, 'item_id', d.item_id, 'label', c.label, 'state', d.state)
                                         ORDER BY d.item_type, d.item_id), '[]')
                                    FROM (SELECT * FROM dbo.fn_dependants(p_tenant_id, p_item_type, p_item_id) n ORDER BY n.item_type, n.item_id LIMIT 50) d
                                   CROSS JOIN LATERAL dbo.fn_item_cards(p_tenant_id, d.item_type, ARRAY[d.item_id]) c))
          INTO v_item FROM dbo.vw_item i WHERE i.tenant_id = p_tenant_id AND i.item_type = p_item_type AND i.item_id = p_item_id;
        v_item := v_item || jsonb_build_object('ends', (
            SELECT coalesce(jsonb_agg(jsonb_build_object('entity_id', e.entity_id, 'name', e.entity_name) ORDER BY n.place), '[]')
              FROM unnest(ARRAY[CASE WHEN p_item_type = 'entity' THEN p_item_id END, (v_item #>> '{row,from_entity_id}')::bigint, (v_item #>> '{row,to_entity_id}')::bigint,
                       CASE WHEN p_item_type <> 'entity' THEN (v_item #>> '{row,entity_id}')::bigint END,
                       CASE WHEN v_item #>> '{row,subject_table}' = 'dbo.dim_entity' THEN (v_item #>> '{row,subject_id}')::bigint END]) WITH ORDINALITY n(entity_id, place)
              JOIN dbo.dim_entity e ON e.entity_id = n.entity_id AND e.tenant_id = p_tenant_id),
            'evidence', (
            SELECT coalesce(jsonb_agg(jsonb_build_object('locator', p.locator, 'title', p.title, 'source_page_id', v.source_page_id, 'char_start', v.char_start,
                       'char_end', v.char_end, 'before', substr(p.text, greatest(v.char_start - 79, 1), least(v.char_start, 80)),
                       'quote', substr(p.text, v.char_start + 1, v.char_end - v.char_start), 'after', substr(p.text, v.char_end + 1, 80),
                       'grounding', v.grounding, 'confidence', v.confidence, 'run_id', v.run_id) ORDER BY v.confidence DESC, v.source_page_id, v.char_start), '[]')
              FROM (SELECT * FROM dbo.evidence e WHERE e.tenant_id = p_tenant_id AND e.target_table = v_table AND e.target_id = p_item_id
                     ORDER BY e.confidence DESC, e.source_page_id, e.char_start LIMIT 10) v
              JOIN sem.source_page p ON p.source_page_id = v.source_page_id AND p.tenant_id = v.tenant_id));
    END IF;
    IF v_item IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('tenant %s has no %s %s', p_tenant_id, p_item_type, p_item_id);
    END IF;
    RETURN jsonb_build_object('item_type', p_item_type, 'item_id', p_item_id) || v_item || jsonb_build_object('history', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('audit_id', a.audit_id, 'decided_at', a.decided_at, 'actor', a.actor, 'decision', a.decision,
                   'reason', a.reason, 'old_state', a.old_state, 'new_state', a.new_state, 'old_values', a.old_values, 'new_values', a.new_values,
                   'undoes_audit_id', a.undoes_audit_id) ORDER BY a.chain_index), '[]')
          FROM dbo.audit_entity_adjudication a WHERE a.tenant_id = p_tenant_id AND a.item_type = p_item_type AND a.item_id = p_item_id));
END $$;
