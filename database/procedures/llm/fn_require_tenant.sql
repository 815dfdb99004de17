-- Raises AL004 unless the tenant exists. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_require_tenant(p_tenant_id integer) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM llm.tenant t WHERE t.tenant_id = p_tenant_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004',
            MESSAGE = format('there is no tenant %s', coalesce(p_tenant_id::text, 'null'));
    END IF;
END $$;
