-- Takes the locks under which entities may be merged or parted: the names that they bear, that they are mentioned by and
-- that those related to them bear, in the order of the keys, then the rows. Writes dbo.name at most.
-- 40001: a name came to them meanwhile (transient).
CREATE OR REPLACE FUNCTION dbo.usp_lock_merge(p_tenant_id integer, p_entity_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_keys text[] := dbo.fn_merge_name_keys(p_tenant_id, p_entity_ids);
BEGIN
    PERFORM dbo.usp_lock_names(p_tenant_id, v_keys);
    IF NOT v_keys @> dbo.fn_merge_name_keys(p_tenant_id, p_entity_ids) THEN
        RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'the entities got other names meanwhile; try again';
    END IF;
    PERFORM FROM dbo.dim_entity e WHERE e.entity_id = ANY (p_entity_ids) AND e.tenant_id = p_tenant_id
      ORDER BY e.entity_id FOR UPDATE;
END $$;
