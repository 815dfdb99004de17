-- The id of the tenant of a name. Writes nothing. AL004: there is none.
CREATE OR REPLACE FUNCTION llm.fn_tenant_id(p_name text) RETURNS integer
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_tenant_id integer;
BEGIN
    SELECT t.tenant_id INTO v_tenant_id FROM llm.tenant t WHERE t.name = p_name;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('there is no tenant "%s"', p_name);
    END IF;
    RETURN v_tenant_id;
END $$;
