-- The items of a page, for dbo.fn_review_page: those that wait first, then as they come in the text. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_review_page_items(p_tenant_id integer, p_source_page_id bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off AS $$
BEGIN
    RETURN (
        WITH piece AS MATERIALIZED (
            SELECT v.target_table, v.target_id, v.char_start, v.char_end, v.grounding, v.run_id,
                   row_number() OVER (PARTITION BY v.target_table, v.target_id ORDER BY v.confidence DESC, v.char_start) AS place
              FROM dbo.evidence v WHERE v.source_page_id = p_source_page_id AND v.tenant_id = p_tenant_id
        ), target AS MATERIALIZED (
            SELECT k.item_type, p.target_id AS item_id, min(p.char_start) AS char_start,
                   jsonb_agg(jsonb_build_object('char_start', p.char_start, 'char_end', p.char_end, 'grounding', p.grounding, 'run_id', p.run_id)
                       ORDER BY p.char_start, p.char_end) FILTER (WHERE p.place <= 20) AS evidence
              FROM piece p JOIN dbo.fn_item_kinds() k ON k.table_name = p.target_table
             GROUP BY k.item_type, p.target_id
        ), kind AS MATERIALIZED (
            SELECT t.item_type, array_agg(t.item_id) AS item_ids FROM target t GROUP BY t.item_type
        ), card AS MATERIALIZED (
            SELECT k.item_type, c.* FROM kind k CROSS JOIN LATERAL dbo.fn_item_cards(p_tenant_id, k.item_type, k.item_ids) c
        ), conflict AS MATERIALIZED (
            SELECT k.item_type, c.item_id, count(*) AS n FROM kind k CROSS JOIN LATERAL dbo.fn_conflicts(p_tenant_id, k.item_type, k.item_ids) c GROUP BY 1, 2
        ), waiting AS MATERIALIZED (
            SELECT w.item_type, w.item_id, w.reason FROM dbo.fn_waiting_items(p_tenant_id, ARRAY[p_source_page_id]) w)
        SELECT coalesce(jsonb_agg(jsonb_build_object('item_type', t.item_type, 'item_id', t.item_id, 'label', c.label, 'state', c.state,
                   'confidence', c.confidence, 'support', c.support, 'reason', w.reason, 'bounds', c.bounds, 'evidence', t.evidence,
                   'conflicts', coalesce(x.n, 0)) ORDER BY w.reason IS NULL, t.char_start, t.item_type, t.item_id), '[]')
          FROM target t
          JOIN card c ON c.item_type = t.item_type AND c.item_id = t.item_id
          LEFT JOIN waiting w ON w.item_type = t.item_type AND w.item_id = t.item_id
          LEFT JOIN conflict x ON x.item_type = t.item_type AND x.item_id = t.item_id);
END $$;
