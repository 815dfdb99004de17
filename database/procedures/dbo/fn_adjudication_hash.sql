-- The hash of a row of the audit: SHA-256, in hexadecimal digits, over the hash before it and all that the row says, written
-- so that no setting of a session changes it. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_adjudication_hash(p_row dbo.audit_entity_adjudication) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT encode(sha256(convert_to(p_row.previous_hash || chr(10) || jsonb_build_array(p_row.audit_id, p_row.tenant_id, p_row.chain_index,
            to_char(p_row.decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), p_row.actor, p_row.database_user, p_row.item_type,
            p_row.item_id, p_row.item_label, p_row.decision, p_row.reason, p_row.old_state, p_row.new_state, p_row.old_values,
            p_row.new_values, p_row.confidence, p_row.undoes_audit_id)::text, 'UTF8')), 'hex')
$$;
