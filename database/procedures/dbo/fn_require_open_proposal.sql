-- The open proposal of that id, its row locked for a decision. Writes nothing.
-- AL004: the tenant has no such proposal; AL017: it is decided already.
CREATE OR REPLACE FUNCTION dbo.fn_require_open_proposal(p_tenant_id integer, p_proposal_id bigint) RETURNS dbo.schema_proposal
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_proposal dbo.schema_proposal;
BEGIN
    SELECT p.* INTO v_proposal FROM dbo.schema_proposal p WHERE p.proposal_id = p_proposal_id AND p.tenant_id = p_tenant_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('there is no schema proposal %s', coalesce(p_proposal_id::text, 'null'));
    ELSIF v_proposal.status <> 'open' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL017', MESSAGE = format('schema proposal %s (%s) was %s already, by %s at %s', p_proposal_id,
            v_proposal.family, v_proposal.status, v_proposal.actor, v_proposal.decided_at);
    END IF;
    RETURN v_proposal;
END $$;
