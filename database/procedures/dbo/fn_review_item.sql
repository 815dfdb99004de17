-- Everything a person needs to decide about one item: {item_type, item_id, label, state, confidence, support, row, evidence: [{locator, title,
-- source_page_id, char_start, char_end, before, quote, after, grounding, confidence, run_id}] (the surest 10, with the text around them),
-- conflicts, history: what was decided about it}; row is null for a pair. Writes nothing. AL004: there is none; AL025: no such kind.
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
    ELSE
        v_table := (dbo.fn_item_kind(p_item_type)).table_name;
        SELECT jsonb_build_object('label', i.label, 'state', i.promotion_state, 'confidence', i.confidence, 'support', i.support,
                   'row', dbo.fn_item_row(p_tenant_id, p_item_type, p_item_id), 'conflicts', dbo.fn_item_conflicts(p_tenant_id, p_item_type, p_item_id))
          INTO v_item FROM dbo.vw_item i WHERE i.tenant_id = p_tenant_id AND i.item_type = p_item_type AND i.item_id = p_item_id;
        v_item := v_item || jsonb_build_object('evidence', (
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
