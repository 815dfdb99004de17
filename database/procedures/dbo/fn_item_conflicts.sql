-- What says otherwise than an item, as a person compares it: [{item_type, item_id, label, state, confidence, kind, evidence}], the
-- surest first, at most 20; evidence as dbo.fn_evidence_json has it, the surest two. kind as in dbo.vw_conflict; of kind date
-- the other side is one passage, and has no item_type and item_id. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_item_conflicts(p_tenant_id integer, p_item_type text, p_item_id bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off AS $$
BEGIN
    RETURN (
        WITH conflict AS MATERIALIZED (
            SELECT c.* FROM dbo.fn_conflicts(p_tenant_id, p_item_type, ARRAY[p_item_id]) c LIMIT 200
        ), other AS (
            SELECT jsonb_build_object('item_type', p_item_type, 'item_id', i.item_id, 'label', i.label, 'state', i.promotion_state,
                       'confidence', i.confidence, 'kind', c.kind, 'evidence', dbo.fn_evidence_json(p_tenant_id, c.other_table, c.other_id, 2)) AS entry,
                   i.confidence, i.item_id
              FROM conflict c JOIN dbo.vw_item i ON i.tenant_id = p_tenant_id AND i.item_type = p_item_type AND i.item_id = c.other_id
             WHERE c.kind <> 'date'
            UNION ALL
            SELECT jsonb_build_object('item_type', NULL, 'item_id', NULL, 'label', replace(c.predicate, '_', ' ') || ' ' || c.other_value, 'state', NULL,
                       'confidence', v.confidence, 'kind', c.kind, 'evidence', jsonb_build_array(jsonb_build_object('locator', p.locator, 'title', p.title,
                       'source_page_id', v.source_page_id, 'chunk_id', v.chunk_id, 'char_start', v.char_start, 'char_end', v.char_end, 'quote', v.quote,
                       'grounding', v.grounding, 'run_id', v.run_id, 'confidence', v.confidence))), v.confidence, v.evidence_id
              FROM conflict c
              JOIN dbo.evidence v ON v.evidence_id = c.other_id AND v.tenant_id = p_tenant_id
              JOIN sem.source_page p ON p.source_page_id = v.source_page_id AND p.tenant_id = p_tenant_id
             WHERE c.kind = 'date')
        SELECT coalesce(jsonb_agg(o.entry ORDER BY o.confidence DESC, o.item_id), '[]')
          FROM (SELECT * FROM other ORDER BY confidence DESC, item_id LIMIT 20) o);
END $$;
