-- Takes the decision about a pair back: a merge is undone (dbo.usp_unmerge_entities), what was distinct is open again.
-- Returns as dbo.usp_undo_adjudication. The caller holds the chain. Writes what dbo.usp_adjudicate_dedupe_pair writes.
-- AL013: a later merge rests on this one.
CREATE OR REPLACE FUNCTION dbo.usp_undo_dedupe_pair(p_audit dbo.audit_entity_adjudication, p_reason text, p_actor text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_audit dbo.audit_entity_adjudication := p_audit;
BEGIN
    IF p_audit.new_values ? 'merge_id' THEN
        PERFORM dbo.usp_unmerge_entities((p_audit.new_values ->> 'merge_id')::bigint, p_audit.tenant_id, p_actor);
    ELSE
        UPDATE dbo.entity_dedupe_candidate c SET status = p_audit.old_state
         WHERE c.pair_id IN (SELECT p.id::bigint FROM jsonb_array_elements_text(p_audit.new_values -> 'pairs') p(id))
           AND c.tenant_id = p_audit.tenant_id AND c.status = 'distinct';
    END IF;
    v_audit.decision := 'undo';
    v_audit.old_state := p_audit.new_state;
    v_audit.new_state := p_audit.old_state;
    v_audit.old_values := p_audit.new_values;
    v_audit.new_values := '{}';
    v_audit.undoes_audit_id := p_audit.audit_id;
    v_audit.reason := p_reason;
    v_audit.actor := p_actor;
    RETURN dbo.usp_write_adjudication(v_audit);
END $$;
