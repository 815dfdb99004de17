-- Appends a decision to the audit and the tenant's chain. p_row: what is decided; ids, time, hashes and the database's user
-- are filled in here. Returns what every deciding procedure returns: {audit_id, item_type, item_id, old_state, new_state}.
-- The caller holds the chain (dbo.usp_open_adjudication). Writes dbo.audit_entity_adjudication, dbo.adjudication_chain.
-- AL005: a reason of more than 10,000 characters, or an actor of more than 200.
CREATE OR REPLACE FUNCTION dbo.usp_write_adjudication(p_row dbo.audit_entity_adjudication) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_row dbo.audit_entity_adjudication := p_row;
BEGIN
    IF length(p_row.reason) > 10000 OR length(p_row.actor) > 200 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'a reason has at most 10000 characters, and a reviewer''s name 200';
    END IF;
    v_row.audit_id := nextval(pg_get_serial_sequence('dbo.audit_entity_adjudication', 'audit_id'));
    v_row.actor := coalesce(nullif(btrim(p_row.actor), ''), session_user);
    v_row.database_user := session_user;
    v_row.reason := nullif(btrim(p_row.reason), '');
    v_row.decided_at := clock_timestamp();
    v_row.old_values := coalesce(p_row.old_values, '{}');
    v_row.new_values := coalesce(p_row.new_values, '{}');
    SELECT c.chain_index + 1, c.row_hash INTO STRICT v_row.chain_index, v_row.previous_hash
      FROM dbo.adjudication_chain c WHERE c.tenant_id = p_row.tenant_id FOR UPDATE;
    v_row.row_hash := dbo.fn_adjudication_hash(v_row);
    INSERT INTO dbo.audit_entity_adjudication SELECT v_row.*;
    UPDATE dbo.adjudication_chain c SET chain_index = v_row.chain_index, row_hash = v_row.row_hash WHERE c.tenant_id = p_row.tenant_id;
    RETURN jsonb_build_object('audit_id', v_row.audit_id, 'item_type', v_row.item_type, 'item_id', v_row.item_id,
                              'old_state', v_row.old_state, 'new_state', v_row.new_state);
END $$;
