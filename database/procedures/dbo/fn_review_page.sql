-- A page as a reviewer needs it: {"page": {source_page_id, title, locator, version, length, parts, text}, "items": all that the page says, those
-- that wait first: [{item_type, item_id, label, state, confidence, support, reason, bounds: {start_date, …}, evidence: [{char_start, char_end, grounding,
-- run_id}], conflicts: how many}], "duplicates": open pairs of its entities, "runs": what the model was asked about it}. text is the first
-- part of a long text, all of another; parts has where each begins (dbo.fn_page_text reads them). reason is null for what does not wait. At most
-- 20 pieces of evidence an item, of this page; dbo.fn_review_item has the rest of an item. Writes nothing. AL004: the tenant has no such page.
CREATE OR REPLACE FUNCTION dbo.fn_review_page(p_tenant_id integer, p_source_page_id bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off AS $$
DECLARE
    v_page jsonb;
    v_text text;
    v_parts integer[];
BEGIN
    -- || '' unpacks the text here, once, and not at each use.
    SELECT jsonb_build_object('source_page_id', p.source_page_id, 'title', p.title, 'locator', p.locator, 'version', p.version), p.text || ''
      INTO v_page, v_text FROM sem.source_page p WHERE p.source_page_id = p_source_page_id AND p.tenant_id = p_tenant_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('tenant %s has no page %s', p_tenant_id, coalesce(p_source_page_id::text, 'null'));
    END IF;
    v_parts := dbo.fn_text_parts(v_text, 32768);
    v_page := v_page || jsonb_build_object('length', length(v_text), 'parts', v_parts, 'text', CASE WHEN v_parts[2] IS NULL THEN v_text ELSE left(v_text, v_parts[2]) END);
    RETURN jsonb_build_object('page', v_page, 'items', dbo.fn_review_page_items(p_tenant_id, p_source_page_id),
        'duplicates', dbo.fn_review_page_duplicates(p_tenant_id, p_source_page_id),
        'runs', (SELECT coalesce(jsonb_agg(jsonb_build_object('run_id', r.run_id, 'job_id', r.job_id, 'job_type', r.job_type, 'chunk_id', r.chunk_id,
                            'model', r.model, 'outcome', r.outcome, 'started_at', r.started_at, 'duration_ms', r.duration_ms,
                            'cost', r.cost, 'artifact', r.artifact) ORDER BY r.started_at, r.run_id), '[]')
                   FROM llm.run r WHERE r.source_page_id = p_source_page_id AND r.tenant_id = p_tenant_id));
END $$;
