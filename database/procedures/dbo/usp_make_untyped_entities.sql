-- Makes the untyped row of each name that has none. Returns the ids of the new ones. Writes dbo.dim_entity.
-- The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_make_untyped_entities(p_tenant_id integer, p_run_id uuid, p_name_ids bigint[])
RETURNS SETOF bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN QUERY
    INSERT INTO dbo.dim_entity (tenant_id, name_id, entity_name, name_key, entity_type, type_key, source_llm_run_id)
    SELECT n.tenant_id, n.name_id, left(n.name_key, 1000), n.name_key, 'unknown', NULL, p_run_id
      FROM dbo.name n WHERE n.name_id = ANY (p_name_ids) AND n.tenant_id = p_tenant_id
     ORDER BY n.name_key COLLATE "C"
    ON CONFLICT (tenant_id, name_id, type_key) DO NOTHING
    RETURNING entity_id;
END $$;
