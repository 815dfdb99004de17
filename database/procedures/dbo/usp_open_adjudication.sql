-- Begins a decision: takes the lock on the end of the tenant's chain, before any other. So deciders wait for one another
-- for as long as one decision takes, and never deadlock among themselves, however many they decide in one transaction.
-- Writes dbo.adjudication_chain. AL004: unknown tenant.
CREATE OR REPLACE FUNCTION dbo.usp_open_adjudication(p_tenant_id integer) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    INSERT INTO dbo.adjudication_chain (tenant_id) VALUES (p_tenant_id) ON CONFLICT DO NOTHING;
    PERFORM FROM dbo.adjudication_chain c WHERE c.tenant_id = p_tenant_id FOR UPDATE;
END $$;
