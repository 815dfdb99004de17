-- A page as a reviewer needs it: {"page": {source_page_id, title, locator, version, text}, "items": all that the page says, those that
-- wait first: [{item_type, item_id, label, state, confidence, support, reason, row, evidence: [{char_start, char_end, quote, grounding,
-- run_id}], conflicts: [{item_type, item_id, label, state, confidence}]}], "duplicates": open pairs of its entities,
-- "runs": what the model was asked about it}. reason is null for what does not wait; row has all columns of the item. At most 20
-- pieces of evidence an item, of this page. Writes nothing. AL004: the tenant has no such page.
CREATE OR REPLACE FUNCTION dbo.fn_review_page(p_tenant_id integer, p_source_page_id bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off AS $$
DECLARE
    v_page jsonb;
BEGIN
    SELECT jsonb_build_object('source_page_id', p.source_page_id, 'title', p.title, 'locator', p.locator, 'version', p.version, 'text', p.text)
      INTO v_page FROM sem.source_page p WHERE p.source_page_id = p_source_page_id AND p.tenant_id = p_tenant_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('tenant %s has no page %s', p_tenant_id, coalesce(p_source_page_id::text, 'null'));
    END IF;
    RETURN jsonb_build_object('page', v_page, 'items', dbo.fn_review_page_items(p_tenant_id, p_source_page_id),
        'duplicates', dbo.fn_review_page_duplicates(p_tenant_id, p_source_page_id),
        'runs', (SELECT coalesce(jsonb_agg(jsonb_build_object('run_id', r.run_id, 'job_id', r.job_id, 'job_type', r.job_type, 'chunk_id', r.chunk_id,
                            'model', r.model, 'outcome', r.outcome, 'started_at', r.started_at, 'duration_ms', r.duration_ms,
                            'cost', r.cost, 'artifact', r.artifact) ORDER BY r.started_at, r.run_id), '[]')
                   FROM llm.run r WHERE r.source_page_id = p_source_page_id AND r.tenant_id = p_tenant_id));
END $$;
