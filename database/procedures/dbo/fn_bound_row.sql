-- The columns that every bridge and fact has, of an item: bounds, work bounds, confidence, state, attributes; and what is kept of
-- it in its evidence. A span that ends before it begins makes at most a candidate. p_works: {"name key": work id} of
-- the works that bounds name; p_item_type: as thresholds know it. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_bound_row(p_tenant_id integer, p_item jsonb, p_item_type text, p_works jsonb, p_attributes jsonb)
RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN -- plpgsql keeps its plan
    RETURN (SELECT b.texts || jsonb_build_object(
               'start_date', p_item -> 'start_date', 'end_date', p_item -> 'end_date',
               'start_work_id', p_works -> dbo.fn_name_key(btrim(p_item ->> 'start_work', E' \t\n\r')),
               'end_work_id', p_works -> dbo.fn_name_key(btrim(p_item ->> 'end_work', E' \t\n\r')),
               'confidence', p_item -> 'confidence', 'attributes', b.attributes,
               'promotion_state', CASE WHEN (p_item ->> 'end_date')::date < (p_item ->> 'start_date')::date AND b.state = 'promoted'
                                       THEN 'candidate' ELSE b.state END,
               'grounding', p_item -> 'grounding', 'evidence', p_item -> 'evidence',
               'said', b.texts || jsonb_build_object('attributes', b.attributes))
      FROM (SELECT jsonb_build_object('start_text', coalesce(p_item ->> 'start_text', p_item ->> 'start_work'),
                       'end_text', coalesce(p_item ->> 'end_text', p_item ->> 'end_work'), 'start_precision', p_item ->> 'start_precision',
                       'end_precision', p_item ->> 'end_precision', 'work_context', p_item ->> 'work_context') AS texts,
                   coalesce(nullif(p_item -> 'attributes', 'null'), '{}') || p_attributes AS attributes,
                   dbo.fn_earned_state(p_tenant_id, p_item_type, (p_item ->> 'confidence')::double precision, p_item ->> 'grounding') AS state) b);
END $$;
