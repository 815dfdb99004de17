-- Takes a person's decision back: the item is what it was before, and so is what was rejected with it, unless somebody decided about that
-- since. Of decisions about one item the last goes first.
-- p_actor: who takes it back (null: the database's user). Returns {audit_id, item_type, item_id, old_state, new_state, with_it}, of the
-- taking back, which is in the audit itself. Runs with its owner's rights, as dbo.usp_adjudicate does.
-- Writes what dbo.usp_adjudicate writes. Errors: AL004 there is no such decision; AL013 as dbo.usp_unmerge_entities says;
-- AL024 it was taken back already, is a taking back, is followed by a later one, or the item changed in a way that it rests on.
CREATE OR REPLACE FUNCTION dbo.usp_undo_adjudication(p_tenant_id integer, p_audit_id bigint, p_reason text, p_actor text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    v_audit dbo.audit_entity_adjudication;
    v_fault text;
    v_follower dbo.audit_entity_adjudication;
    v_undone jsonb;
    v_with_it jsonb := '[]';
BEGIN
    PERFORM dbo.usp_open_adjudication(p_tenant_id);
    SELECT a.* INTO v_audit FROM dbo.audit_entity_adjudication a WHERE a.audit_id = p_audit_id AND a.tenant_id = p_tenant_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('tenant %s has no decision %s', p_tenant_id, coalesce(p_audit_id::text, 'null'));
    END IF;
    SELECT format('it was taken back already, by audit %s of %s', a.audit_id, a.actor) INTO v_fault FROM dbo.audit_entity_adjudication a
     WHERE a.tenant_id = p_tenant_id AND a.undoes_audit_id = p_audit_id;
    IF v_fault IS NULL THEN
        SELECT format('audit %s of %s decided about it later', a.audit_id, a.actor) INTO v_fault FROM dbo.audit_entity_adjudication a
         WHERE a.tenant_id = p_tenant_id AND a.item_type = v_audit.item_type AND a.item_id = v_audit.item_id
           AND a.chain_index > v_audit.chain_index AND a.decision <> 'undo'
           AND NOT EXISTS (SELECT FROM dbo.audit_entity_adjudication u WHERE u.tenant_id = p_tenant_id AND u.undoes_audit_id = a.audit_id)
         ORDER BY a.chain_index DESC LIMIT 1;
    END IF;
    v_fault := coalesce(CASE WHEN v_audit.decision = 'undo' THEN 'it is a taking back itself; decide anew instead'
                             WHEN v_audit.item_type = 'schema_proposal' THEN 'an applied or rejected proposal stays so' END, v_fault);
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL024', MESSAGE = format('audit %s (%s:%s) cannot be taken back: %s', p_audit_id, v_audit.item_type,
            v_audit.item_id, v_fault);
    ELSIF v_audit.item_type = 'dedupe_pair' THEN
        RETURN dbo.usp_undo_dedupe_pair(v_audit, p_reason, p_actor);
    END IF;
    v_undone := dbo.usp_undo_row(v_audit, p_reason, p_actor);
    FOR v_follower IN
        -- OFFSET 0: of those that went with it alone is the row looked at, for a pair has none.
        SELECT a.* FROM (SELECT x.* FROM jsonb_array_elements_text(v_audit.new_values -> 'with_it') w(audit_id)
                           JOIN dbo.audit_entity_adjudication x ON x.audit_id = w.audit_id::bigint AND x.tenant_id = p_tenant_id OFFSET 0) a
         WHERE NOT EXISTS (SELECT FROM dbo.audit_entity_adjudication l WHERE l.tenant_id = p_tenant_id AND l.item_type = a.item_type
                              AND l.item_id = a.item_id AND l.chain_index > a.chain_index)
           AND dbo.fn_item_row(p_tenant_id, a.item_type, a.item_id) ->> 'promotion_state' = 'rejected'
         ORDER BY a.item_type, a.item_id LOOP
        v_with_it := v_with_it || dbo.usp_undo_row(v_follower, p_reason, p_actor);
    END LOOP;
    RETURN v_undone || CASE WHEN v_with_it = '[]' THEN '{}' ELSE jsonb_build_object('with_it', v_with_it) END;
END $$;
REVOKE ALL ON FUNCTION dbo.usp_undo_adjudication(integer, bigint, text, text) FROM PUBLIC;
