-- What every bridge and fact has, as JSON: bounds with the names of works, confidence, state, support, attributes, evidence (at
-- most 20 pieces). p_row: the row. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_bounded_json(p_tenant_id integer, p_table text, p_id bigint, p_row jsonb) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT jsonb_build_object('start_date', p_row -> 'start_date', 'end_date', p_row -> 'end_date', 'start_text', p_row -> 'start_text',
        'end_text', p_row -> 'end_text', 'start_precision', p_row -> 'start_precision', 'end_precision', p_row -> 'end_precision',
        'start_work', (SELECT w.work_name FROM dbo.dim_work w WHERE w.work_id = (p_row ->> 'start_work_id')::bigint AND w.tenant_id = p_tenant_id),
        'end_work', (SELECT w.work_name FROM dbo.dim_work w WHERE w.work_id = (p_row ->> 'end_work_id')::bigint AND w.tenant_id = p_tenant_id),
        'work_context', p_row -> 'work_context', 'confidence', p_row -> 'confidence', 'promotion_state', p_row -> 'promotion_state',
        'support', p_row -> 'support', 'attributes', p_row -> 'attributes', 'evidence', dbo.fn_evidence_json(p_tenant_id, p_table, p_id, 20))
$$;
