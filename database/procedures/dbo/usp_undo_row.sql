-- Takes a decision about one row back: state and columns are what they were, but for columns that changed since; evidence
-- that came since may lift the state. Returns as dbo.usp_undo_adjudication. The caller holds the chain and has looked that
-- nothing was decided since. Writes what dbo.usp_adjudicate_row writes, dbo.evidence, and for an entity that was
-- renamed what dbo.usp_move_mentions writes. AL024: the row is not what the decision made it any more.
CREATE OR REPLACE FUNCTION dbo.usp_undo_row(p_audit dbo.audit_entity_adjudication, p_reason text, p_actor text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_kind dbo.item_kind := dbo.fn_item_kind(p_audit.item_type);
    v_audit dbo.audit_entity_adjudication := p_audit;
    v_new jsonb := p_audit.new_values;
    v_old jsonb := p_audit.old_values;
    v_row jsonb;
    v_changes jsonb;
BEGIN
    v_row := dbo.usp_lock_item(p_audit.tenant_id, v_kind, p_audit.item_id, NULL);
    IF v_row ->> 'promotion_state' <> p_audit.new_state THEN
        RAISE EXCEPTION USING ERRCODE = 'AL024', MESSAGE = format('%s:%s is %s now, not %s; audit %s cannot be taken back', p_audit.item_type,
            p_audit.item_id, v_row ->> 'promotion_state', p_audit.new_state, p_audit.audit_id);
    END IF;
    v_audit.new_state := dbo.fn_risen_state(p_audit.old_state,
        (SELECT v.earned_state FROM dbo.evidence v
          WHERE v.target_table = v_kind.table_name AND v.target_id = p_audit.item_id AND v.tenant_id = p_audit.tenant_id
          ORDER BY dbo.fn_state_rank(v.earned_state) DESC NULLS LAST LIMIT 1));
    SELECT coalesce(jsonb_object_agg(o.key, CASE WHEN o.key = 'attributes'
                THEN o.value || ((v_row -> o.key) - ARRAY(SELECT jsonb_object_keys(v_new -> o.key))) ELSE o.value END), '{}')
      INTO v_changes FROM jsonb_each(v_old) o
     WHERE o.key = 'attributes' OR coalesce(v_row -> o.key, 'null') = coalesce(v_new -> o.key, 'null');
    IF v_new ? 'left_behind' THEN
        PERFORM dbo.usp_undo_left_behind(p_audit.tenant_id, v_kind, p_audit.item_id, (v_new ->> 'left_behind')::bigint);
    END IF;
    PERFORM dbo.usp_change_item(p_audit.tenant_id, v_kind, p_audit.item_id, v_changes || jsonb_build_object('promotion_state', v_audit.new_state));
    IF p_audit.item_type = 'entity' AND v_new ?| ARRAY['name_id', 'type_key'] THEN
        PERFORM dbo.usp_part_renamed_entity(p_audit.tenant_id, p_audit.item_id, v_row);
    END IF;
    v_audit.decision := 'undo';
    v_audit.old_state := p_audit.new_state;
    v_audit.old_values := v_new;
    v_audit.new_values := v_changes;
    v_audit.undoes_audit_id := p_audit.audit_id;
    v_audit.reason := p_reason;
    v_audit.actor := p_actor;
    v_audit.confidence := (v_row ->> 'confidence')::numeric;
    RETURN dbo.usp_write_adjudication(v_audit);
END $$;
