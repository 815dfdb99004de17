-- One call to a model as JSON: what llm.run has of it, its refusals and its page's title; null when the tenant has none. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_run_card(p_tenant_id integer, p_run_id uuid) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT to_jsonb(r) || jsonb_build_object(
        'title', (SELECT p.title FROM sem.source_page p WHERE p.source_page_id = r.source_page_id AND p.tenant_id = p_tenant_id),
        'refusals', (SELECT coalesce(jsonb_agg(jsonb_build_object('items', f.items, 'reason', f.reason, 'item', f.item)
                                               ORDER BY f.ordinal), '[]')
                       FROM llm.run_refusal f WHERE f.run_id = r.run_id))
      FROM llm.run r WHERE r.run_id = p_run_id AND r.tenant_id = p_tenant_id
$$;
