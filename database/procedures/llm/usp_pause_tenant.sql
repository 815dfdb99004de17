-- Pauses all of a tenant's jobs: none is claimed until llm.usp_resume_tenant; those that run go on. p_reason is for
-- people. Returns whether it was not paused before; paused again, the new reason counts.
-- Writes llm.tenant. AL004: unknown tenant.
CREATE OR REPLACE FUNCTION llm.usp_pause_tenant(p_tenant_id integer, p_reason text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_was timestamptz;
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    SELECT t.paused_at INTO v_was FROM llm.tenant t WHERE t.tenant_id = p_tenant_id FOR NO KEY UPDATE;
    UPDATE llm.tenant t SET paused_at = coalesce(v_was, now()), paused_reason = p_reason WHERE t.tenant_id = p_tenant_id;
    RETURN v_was IS NULL;
END $$;
