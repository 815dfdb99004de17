-- The entity that a mention of a name without a concrete type belongs to: the one of that name in its chunk if the chunk
-- has exactly one concrete one, else in its page, else the one that the name's untyped row was merged into, else the one in
-- the tenant. A merged row counts as its master. Null: the name's untyped row, since there is none or several. Depends on what was read, not on the order in which. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_untyped_home(p_tenant_id integer, p_name_id bigint, p_source_page_id bigint,
    p_chunk_id bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN coalesce(
        (SELECT min(m.entity_id) FROM dbo.entity_mention m
          WHERE m.name_id = p_name_id AND m.source_page_id = p_source_page_id
            AND m.chunk_id IS NOT DISTINCT FROM p_chunk_id AND m.type_key IS NOT NULL AND m.alias_of IS NULL
         HAVING count(DISTINCT m.entity_id) = 1),
        (SELECT min(m.entity_id) FROM dbo.entity_mention m
          WHERE m.name_id = p_name_id AND m.source_page_id = p_source_page_id
            AND m.type_key IS NOT NULL AND m.alias_of IS NULL
         HAVING count(DISTINCT m.entity_id) = 1),
        (SELECT e.merged_into_id FROM dbo.dim_entity e
          WHERE e.tenant_id = p_tenant_id AND e.name_id = p_name_id AND e.type_key IS NULL),
        (SELECT min(coalesce(e.merged_into_id, e.entity_id)) FROM dbo.dim_entity e
          WHERE e.tenant_id = p_tenant_id AND e.name_id = p_name_id AND e.type_key IS NOT NULL
         HAVING count(DISTINCT coalesce(e.merged_into_id, e.entity_id)) = 1));
END $$;
