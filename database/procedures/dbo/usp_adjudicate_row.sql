-- A person's decision about one row of any kind in dbo.fn_item_kinds: approve and override make it adjudicated, reject
-- rejected; no later run changes either. An override also sets what it names, by the kind's fields; where that changes
-- what the row is found by, a row is left behind (dbo.usp_leave_behind). What cannot be so without a rejected row is
-- rejected with it (dbo.usp_reject_dependants), and comes back with it.
-- p_expected_state: the state that the person saw; null: any that nobody decided. Returns {audit_id, item_type, item_id,
-- old_state, new_state, with_it: the same of each that went with it, if any}. Writes the item's table, dbo.audit_entity_adjudication, dbo.adjudication_chain.
-- Errors: AL004 no such item; AL005 no such decision; AL021 decided meanwhile; AL022 the override does not fit; AL025 no such kind.
CREATE OR REPLACE FUNCTION dbo.usp_adjudicate_row(p_tenant_id integer, p_item_type text, p_item_id bigint, p_decision text,
    p_override jsonb, p_reason text, p_actor text, p_expected_state text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_kind dbo.item_kind := dbo.fn_item_kind(p_item_type);
    v_audit dbo.audit_entity_adjudication;
    v_row jsonb;
    v_changes jsonb := '{}';
    v_left bigint;
    v_with_it jsonb := '[]';
BEGIN
    PERFORM dbo.fn_require_decision(p_decision, p_override);
    PERFORM dbo.usp_open_adjudication(p_tenant_id);
    v_row := dbo.usp_lock_item(p_tenant_id, v_kind, p_item_id, p_override);
    PERFORM dbo.fn_require_undecided(p_tenant_id, p_item_type, p_item_id, v_row ->> 'promotion_state', p_expected_state);

    v_audit.item_label := (SELECT i.label FROM dbo.vw_item i WHERE i.tenant_id = p_tenant_id AND i.item_type = p_item_type AND i.item_id = p_item_id);
    IF p_decision = 'override' THEN
        v_changes := dbo.fn_override_changes(v_kind, v_row, p_override);
    END IF;
    IF v_row ? 'needs_review' AND v_row -> 'needs_review' <> 'false' THEN
        v_changes := v_changes || '{"needs_review": false}';
    END IF;
    v_audit.new_state := CASE p_decision WHEN 'reject' THEN 'rejected' ELSE 'adjudicated' END;
    PERFORM dbo.usp_change_item(p_tenant_id, v_kind, p_item_id, v_changes || jsonb_build_object('promotion_state', v_audit.new_state));
    PERFORM dbo.fn_require_span(v_kind, p_item_id, v_row || v_changes, v_changes);
    v_left := dbo.usp_leave_behind(p_tenant_id, v_kind, v_row, v_changes);

    v_audit.tenant_id := p_tenant_id;
    v_audit.item_type := p_item_type;
    v_audit.item_id := p_item_id;
    v_audit.decision := p_decision;
    v_audit.reason := p_reason;
    v_audit.actor := p_actor;
    v_audit.old_state := v_row ->> 'promotion_state';
    v_audit.confidence := (v_row ->> 'confidence')::numeric;
    v_audit.old_values := (SELECT coalesce(jsonb_object_agg(c.key, v_row -> c.key), '{}') FROM jsonb_each(v_changes) c);
    v_audit.new_values := v_changes || CASE WHEN v_left IS NULL THEN '{}' ELSE jsonb_build_object('left_behind', v_left) END;
    IF p_decision = 'reject' THEN
        v_with_it := dbo.usp_reject_dependants(v_audit);
    END IF;
    IF v_with_it = '[]' THEN
        RETURN dbo.usp_write_adjudication(v_audit);
    END IF;
    v_audit.new_values := v_audit.new_values || jsonb_build_object('with_it', jsonb_path_query_array(v_with_it, '$[*].audit_id'));
    RETURN dbo.usp_write_adjudication(v_audit) || jsonb_build_object('with_it', v_with_it);
END $$;
