-- Open pairs of entities that may be one, the likeliest first, in the shape of dbo.fn_review_items. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_open_pairs(p_tenant_id integer, p_limit integer) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH open AS (
        SELECT c.* FROM dbo.vw_open_pair c WHERE c.tenant_id = p_tenant_id)
    SELECT jsonb_build_object('items', coalesce(jsonb_agg(jsonb_build_object('item_type', 'dedupe_pair', 'item_id', p.pair_id,
               'label', dbo.fn_dimension_name(p_tenant_id, 'dbo.dim_entity', p.first_entity_id) || ' = '
                     || dbo.fn_dimension_name(p_tenant_id, 'dbo.dim_entity', p.second_entity_id),
               'state', p.status, 'confidence', p.similarity, 'support', NULL, 'reason', p.reason, 'quote', NULL, 'source_page_id', NULL,
               'title', NULL, 'locator', NULL) ORDER BY p.similarity DESC NULLS LAST, p.pair_id), '[]'),
           'next', NULL, 'waiting', (SELECT count(*) FROM open), 'pairs', (SELECT count(*) FROM open))
      FROM (SELECT * FROM open ORDER BY similarity DESC NULLS LAST, pair_id LIMIT p_limit) p
$$;
