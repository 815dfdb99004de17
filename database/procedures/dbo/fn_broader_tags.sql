-- The tags that are broader than a tag, through any number of steps and through synonyms, with the least number of steps; 0 for
-- itself and its synonyms. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_broader_tags(p_tenant_id integer, p_tag_id bigint) RETURNS TABLE (tag_id bigint, steps integer)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH RECURSIVE climb AS (
        SELECT p_tag_id AS tag_id, 0 AS steps
        UNION
        SELECT v.related_tag_id, c.steps + v.step FROM climb c JOIN LATERAL (
            SELECT r.to_tag_id AS related_tag_id, CASE r.relation_type WHEN 'broader' THEN 1 ELSE 0 END AS step FROM dbo.bridge_tag_relation r
             WHERE r.from_tag_id = c.tag_id AND r.tenant_id = p_tenant_id
            UNION ALL
            SELECT r.from_tag_id, 0 FROM dbo.bridge_tag_relation r
             WHERE r.to_tag_id = c.tag_id AND r.tenant_id = p_tenant_id AND r.relation_type = 'synonym') v ON true)
    CYCLE tag_id SET is_circle USING way
    SELECT c.tag_id, min(c.steps) FROM climb c WHERE NOT c.is_circle GROUP BY c.tag_id
$$;
