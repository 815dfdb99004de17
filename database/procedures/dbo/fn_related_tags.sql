-- The tags that a search for one finds: itself (relation "itself"), its synonyms ("synonym") and all that is narrower ("narrower"), through
-- any number of steps. p_name: folded. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_related_tags(p_tenant_id integer, p_name text) RETURNS TABLE (tag_id bigint, tag_name text, relation text)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH RECURSIVE own AS (
        SELECT t.tag_id FROM dbo.name n JOIN dbo.dim_tag t ON t.tenant_id = n.tenant_id AND t.name_id = n.name_id
         WHERE n.tenant_id = p_tenant_id AND n.name_hash = md5(dbo.fn_name_key(btrim(p_name, E' \t\n\r')))::uuid
    ), descent AS (
        SELECT o.tag_id, 0 AS steps FROM own o
        UNION
        SELECT v.related_tag_id, d.steps + v.step FROM descent d JOIN LATERAL (
            SELECT r.from_tag_id AS related_tag_id, CASE r.relation_type WHEN 'broader' THEN 1 ELSE 0 END AS step FROM dbo.bridge_tag_relation r
             WHERE r.to_tag_id = d.tag_id AND r.tenant_id = p_tenant_id
            UNION ALL
            SELECT r.to_tag_id, 0 FROM dbo.bridge_tag_relation r
             WHERE r.from_tag_id = d.tag_id AND r.tenant_id = p_tenant_id AND r.relation_type = 'synonym') v ON true)
    CYCLE tag_id SET is_circle USING way
    SELECT t.tag_id, t.tag_name, CASE WHEN min(d.steps) > 0 THEN 'narrower' WHEN bool_or(o.tag_id IS NOT NULL) THEN 'itself' ELSE 'synonym' END
      FROM descent d JOIN dbo.dim_tag t ON t.tag_id = d.tag_id AND t.tenant_id = p_tenant_id
      LEFT JOIN own o ON o.tag_id = d.tag_id
     WHERE NOT d.is_circle GROUP BY t.tag_id, t.tag_name
     ORDER BY 3, 2
$$;
