-- The entities that a person may mean by a name (folded), another name, a title that a wiki redirects, or an id: by name first, then
-- alias, redirect, id; of
-- those, unmerged ones first. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_find_entities(p_tenant_id integer, p_name_or_id text)
RETURNS TABLE (entity_id bigint, name text, entity_type text, promotion_state text, matched_by text, merged_into_id bigint,
               support integer)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN -- plpgsql keeps its plan
    RETURN QUERY
    WITH wanted AS (
        SELECT n.name_id FROM dbo.name n
         WHERE n.tenant_id = p_tenant_id AND n.name_hash = md5(dbo.fn_name_key(btrim(p_name_or_id, E' \t\n\r')))::uuid
    ), found AS (
        SELECT e.entity_id, 1 AS place FROM wanted w JOIN dbo.dim_entity e ON e.name_id = w.name_id AND e.tenant_id = p_tenant_id
        UNION ALL
        SELECT m.entity_id, 2 FROM wanted w JOIN dbo.entity_mention m ON m.name_id = w.name_id AND m.tenant_id = p_tenant_id
         WHERE m.alias_of IS NOT NULL
        UNION ALL
        SELECT e.entity_id, 3 FROM dbo.fn_redirected_keys(p_tenant_id, dbo.fn_name_key(btrim(p_name_or_id, E' \t\n\r'))) k
          JOIN dbo.name n ON n.tenant_id = p_tenant_id AND n.name_hash = md5(k)::uuid
          JOIN dbo.dim_entity e ON e.name_id = n.name_id AND e.tenant_id = p_tenant_id
        UNION ALL
        SELECT e.entity_id, 4 FROM dbo.dim_entity e
         WHERE e.tenant_id = p_tenant_id
           AND e.entity_id = CASE WHEN p_name_or_id ~ '^[0-9]{1,18}$' THEN p_name_or_id::bigint END
    ), best AS (SELECT f.entity_id, min(f.place) AS place FROM found f GROUP BY f.entity_id)
    SELECT e.entity_id, e.entity_name, e.entity_type, e.promotion_state::text, (ARRAY['name', 'alias', 'redirect', 'id'])[b.place],
           e.merged_into_id, e.support
      FROM best b JOIN dbo.dim_entity e ON e.entity_id = b.entity_id AND e.tenant_id = p_tenant_id
     ORDER BY b.place, e.merged_into_id IS NOT NULL, e.support DESC, e.entity_id;
END $$;
