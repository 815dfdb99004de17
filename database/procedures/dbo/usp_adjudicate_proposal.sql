-- A person's decision about a proposed table: approve and override apply it (dbo.usp_apply_schema_proposal, which the override
-- goes to), reject turns it down (dbo.usp_reject_schema_proposal). Returns as dbo.usp_adjudicate_row, and what applying it
-- answered. Writes the audit, and what those write. Errors: as dbo.usp_adjudicate_row; AL025 this database has no proposals.
CREATE OR REPLACE FUNCTION dbo.usp_adjudicate_proposal(p_tenant_id integer, p_proposal_id bigint, p_decision text, p_override jsonb,
    p_reason text, p_actor text, p_expected_state text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_procedure text := CASE WHEN p_decision = 'reject' THEN 'dbo.usp_reject_schema_proposal(integer, bigint, text, text)'
                             ELSE 'dbo.usp_apply_schema_proposal(integer, bigint, text, text, jsonb)' END;
    v_table text := 'dbo.schema_proposal';
    v_audit dbo.audit_entity_adjudication;
    v_row jsonb;
    v_answer jsonb;
BEGIN
    PERFORM dbo.fn_require_decision(p_decision, CASE WHEN p_decision = 'reject' THEN p_override END);
    IF to_regclass(v_table) IS NULL OR to_regprocedure(v_procedure) IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL025', MESSAGE = 'this database has no schema proposals to decide about';
    END IF;
    PERFORM dbo.usp_open_adjudication(p_tenant_id);
    EXECUTE format('SELECT to_jsonb(p) FROM %s p WHERE p.proposal_id = $1 AND p.tenant_id = $2 FOR UPDATE', v_table)
       INTO v_row USING p_proposal_id, p_tenant_id;
    IF v_row IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('tenant %s has no schema_proposal %s', p_tenant_id, coalesce(p_proposal_id::text, 'null'));
    END IF;
    v_audit.old_state := coalesce(v_row ->> 'status', v_row ->> 'state');
    PERFORM dbo.fn_require_undecided(p_tenant_id, 'schema_proposal', p_proposal_id, v_audit.old_state, p_expected_state);
    IF p_decision = 'reject' THEN
        EXECUTE format('SELECT to_jsonb(r) FROM %s($1, $2, $3, $4) r', split_part(v_procedure, '(', 1)) INTO v_answer
          USING p_tenant_id, p_proposal_id, p_reason, p_actor;
    ELSE
        EXECUTE format('SELECT to_jsonb(r) FROM %s($1, $2, $3, $4, $5) r', split_part(v_procedure, '(', 1)) INTO v_answer
          USING p_tenant_id, p_proposal_id, p_reason, p_actor, p_override;
    END IF;
    EXECUTE format('SELECT coalesce(to_jsonb(p) ->> ''status'', to_jsonb(p) ->> ''state'') FROM %s p WHERE p.proposal_id = $1 AND p.tenant_id = $2', v_table)
       INTO v_audit.new_state USING p_proposal_id, p_tenant_id;
    v_audit.tenant_id := p_tenant_id;
    v_audit.item_type := 'schema_proposal';
    v_audit.item_id := p_proposal_id;
    v_audit.item_label := coalesce(v_row ->> 'table_name', v_row ->> 'family', 'proposal ' || p_proposal_id);
    v_audit.decision := p_decision;
    v_audit.reason := p_reason;
    v_audit.actor := p_actor;
    v_audit.new_values := jsonb_build_object('answer', v_answer) || CASE WHEN p_override IS NULL THEN '{}' ELSE jsonb_build_object('override', p_override) END;
    RETURN dbo.usp_write_adjudication(v_audit) || jsonb_build_object('answer', v_answer);
END $$;
