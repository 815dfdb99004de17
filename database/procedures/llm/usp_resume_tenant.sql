-- Lets a paused tenant's jobs be claimed again. Returns whether it was paused.
-- Writes llm.tenant. AL004: unknown tenant.
CREATE OR REPLACE FUNCTION llm.usp_resume_tenant(p_tenant_id integer) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    UPDATE llm.tenant t SET paused_at = NULL, paused_reason = NULL
     WHERE t.tenant_id = p_tenant_id AND t.paused_at IS NOT NULL;
    RETURN FOUND;
END $$;
