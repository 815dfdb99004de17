-- The keys of the names whose locks a merge of entities needs; see dbo.usp_lock_merge. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_merge_name_keys(p_tenant_id integer, p_entity_ids bigint[]) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH related AS (
        SELECT unnest(p_entity_ids) AS entity_id
        UNION SELECT r.to_entity_id FROM dbo.bridge_entity_relation r
               WHERE r.from_entity_id = ANY (p_entity_ids) AND r.tenant_id = p_tenant_id
        UNION SELECT r.from_entity_id FROM dbo.bridge_entity_relation r
               WHERE r.to_entity_id = ANY (p_entity_ids) AND r.tenant_id = p_tenant_id)
    SELECT coalesce(array_agg(DISTINCT k.name_key), '{}')
      FROM (SELECT e.name_key FROM related r JOIN dbo.dim_entity e ON e.entity_id = r.entity_id AND e.tenant_id = p_tenant_id
            UNION ALL
            SELECT n.name_key FROM dbo.entity_mention m JOIN dbo.name n ON n.name_id = m.name_id AND n.tenant_id = m.tenant_id
             WHERE m.entity_id = ANY (p_entity_ids) AND m.tenant_id = p_tenant_id) k
$$;
