-- Open pairs of which one entity at least is on a page, as [{pair_id, reason, similarity, explanation, first, second}], each entity
-- {entity_id, name, type, state, support, confidence}. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_review_page_duplicates(p_tenant_id integer, p_source_page_id bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH entity AS MATERIALIZED (
        SELECT DISTINCT v.target_id AS entity_id FROM dbo.evidence v
         WHERE v.source_page_id = p_source_page_id AND v.tenant_id = p_tenant_id AND v.target_table = 'dbo.dim_entity'
    ), pair AS (
        SELECT c.* FROM entity e JOIN dbo.vw_open_pair c ON c.first_entity_id = e.entity_id AND c.tenant_id = p_tenant_id
        UNION
        SELECT c.* FROM entity e JOIN dbo.vw_open_pair c ON c.second_entity_id = e.entity_id AND c.tenant_id = p_tenant_id)
    SELECT coalesce(jsonb_agg(jsonb_build_object('pair_id', p.pair_id, 'reason', p.reason, 'similarity', p.similarity, 'explanation', p.explanation,
               'first', dbo.fn_entity_card(p_tenant_id, p.first_entity_id), 'second', dbo.fn_entity_card(p_tenant_id, p.second_entity_id))
               ORDER BY p.similarity DESC NULLS LAST, p.pair_id), '[]')
      FROM pair p
$$;
