-- Rejects with an item what cannot be so without it (dbo.fn_dependants), each with an entry of its own in the audit, whose new_values
-- name it as "follows". p_audit: the decision about the item; its tenant, item, reason and actor are read. Returns [{audit_id, item_type,
-- item_id, old_state, new_state}] in the order of the audit. The caller holds the chain and the item. Writes the
-- items' tables, the audit, dbo.review_stale_page.
CREATE OR REPLACE FUNCTION dbo.usp_reject_dependants(p_audit dbo.audit_entity_adjudication) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_found record;
    v_kind dbo.item_kind;
    v_row jsonb;
    v_audit dbo.audit_entity_adjudication := p_audit;
    v_done jsonb := '[]';
BEGIN
    v_audit.decision := 'reject';
    v_audit.new_state := 'rejected';
    v_audit.old_values := '{}';
    v_audit.new_values := jsonb_build_object('follows', p_audit.item_type || ':' || p_audit.item_id);
    FOR v_found IN SELECT d.* FROM dbo.fn_dependants(p_audit.tenant_id, p_audit.item_type, p_audit.item_id) d ORDER BY d.item_type, d.item_id LOOP
        v_kind := dbo.fn_item_kind(v_found.item_type);
        v_row := dbo.usp_lock_item(p_audit.tenant_id, v_kind, v_found.item_id, NULL);
        CONTINUE WHEN v_row ->> 'promotion_state' NOT IN ('staged', 'candidate', 'promoted');
        v_audit.item_type := v_found.item_type;
        v_audit.item_id := v_found.item_id;
        v_audit.item_label := (SELECT c.label FROM dbo.fn_item_cards(p_audit.tenant_id, v_found.item_type, ARRAY[v_found.item_id]) c);
        v_audit.old_state := v_row ->> 'promotion_state';
        v_audit.confidence := (v_row ->> 'confidence')::numeric;
        PERFORM dbo.usp_change_item(p_audit.tenant_id, v_kind, v_found.item_id, '{"promotion_state": "rejected"}');
        v_done := v_done || dbo.usp_write_adjudication(v_audit);
    END LOOP;
    RETURN v_done;
END $$;
