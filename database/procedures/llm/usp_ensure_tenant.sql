-- Finds or makes the tenant of a name.
-- Returns its id. Writes llm.tenant. AL005: the name is empty or longer than 200 characters.
CREATE OR REPLACE FUNCTION llm.usp_ensure_tenant(p_name text) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_tenant_id integer;
BEGIN
    IF p_name IS NULL OR btrim(p_name) = '' OR length(p_name) > 200 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'a tenant''s name must have 1 to 200 characters';
    END IF;
    SELECT t.tenant_id INTO v_tenant_id FROM llm.tenant t WHERE t.name = p_name;
    IF v_tenant_id IS NULL THEN
        INSERT INTO llm.tenant (name) VALUES (p_name) ON CONFLICT (name) DO NOTHING;
        SELECT t.tenant_id INTO v_tenant_id FROM llm.tenant t WHERE t.name = p_name;
    END IF;
    RETURN v_tenant_id;
END $$;
