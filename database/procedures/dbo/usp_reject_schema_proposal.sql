-- Rejects a proposal of a table: it is not raised again, what waited for it stays suppressed where it is, and what comes of its
-- family later is dropped. p_reason, p_actor: as for dbo.usp_apply_schema_proposal. Returns {proposal_id, family, items}.
-- Writes dbo.schema_proposal, dbo.fact_assertion. Errors: AL004 no such proposal; AL017 decided already.
CREATE OR REPLACE FUNCTION dbo.usp_reject_schema_proposal(p_tenant_id integer, p_proposal_id bigint, p_reason text, p_actor text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_proposal dbo.schema_proposal;
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    v_proposal := dbo.fn_require_open_proposal(p_tenant_id, p_proposal_id);
    UPDATE dbo.fact_assertion a SET promotion_state = 'suppressed', updated_at = now()
     WHERE a.tenant_id = p_tenant_id AND a.subject_table = 'dbo.schema_proposal' AND a.subject_id = p_proposal_id AND a.promotion_state = 'staged';
    UPDATE dbo.schema_proposal p
       SET status = 'rejected', reason = p_reason, actor = coalesce(nullif(btrim(p_actor), ''), session_user), decided_at = clock_timestamp(), updated_at = now()
     WHERE p.proposal_id = p_proposal_id AND p.tenant_id = p_tenant_id;
    RETURN jsonb_build_object('proposal_id', p_proposal_id, 'family', v_proposal.family, 'items', v_proposal.items);
END $$;
