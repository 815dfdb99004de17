-- Takes names away that nothing bears any more. Returns how many. Writes dbo.name. The caller holds their locks.
CREATE OR REPLACE FUNCTION dbo.usp_forget_names(p_tenant_id integer, p_keys text[]) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_free bigint[];
    v_count integer;
BEGIN
    v_free := dbo.fn_unreferenced(p_tenant_id, 'dbo.name', ARRAY(
        SELECT n.name_id FROM dbo.name n
         WHERE n.tenant_id = p_tenant_id AND n.name_hash IN (SELECT md5(k.key)::uuid FROM unnest(p_keys) k(key))));
    DELETE FROM dbo.name n WHERE n.name_id = ANY (v_free) AND n.tenant_id = p_tenant_id;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END $$;
