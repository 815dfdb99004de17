-- A person's decision about any item: the one entry for review pages and the command line. p_item_type: a kind of
-- dbo.fn_item_kinds, dedupe_pair or schema_proposal; p_decision: approve, reject or override; p_override: what is right
-- instead; p_actor: who decides (null: the database's user); p_expected_state: the state that the person saw (null: any that
-- nobody decided). Returns {audit_id, item_type, item_id, old_state, new_state, …}.
-- Runs with its owner's rights, so that a reviewer needs none on tables; only those with the right to execute it may.
-- Writes what the procedure of the item type writes. Errors: AL004, AL005, AL021, AL022, AL025 as those say.
CREATE OR REPLACE FUNCTION dbo.usp_adjudicate(p_tenant_id integer, p_item_type text, p_item_id bigint, p_decision text,
    p_override jsonb, p_reason text, p_actor text, p_expected_state text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN CASE p_item_type
        WHEN 'entity' THEN dbo.usp_adjudicate_entity(p_tenant_id, p_item_id, p_decision, p_override, p_reason, p_actor, p_expected_state)
        WHEN 'relation' THEN dbo.usp_adjudicate_relation(p_tenant_id, p_item_id, p_decision, p_override, p_reason, p_actor, p_expected_state)
        WHEN 'page_classification' THEN dbo.usp_adjudicate_classification(p_tenant_id, p_item_id, p_decision, p_override, p_reason, p_actor, p_expected_state)
        WHEN 'dedupe_pair' THEN dbo.usp_adjudicate_dedupe_pair(p_tenant_id, p_item_id, p_decision, p_override, p_reason, p_actor, p_expected_state)
        WHEN 'schema_proposal' THEN dbo.usp_adjudicate_proposal(p_tenant_id, p_item_id, p_decision, p_override, p_reason, p_actor, p_expected_state)
        ELSE dbo.usp_adjudicate_row(p_tenant_id, p_item_type, p_item_id, p_decision, p_override, p_reason, p_actor, p_expected_state) END;
END $$;
REVOKE ALL ON FUNCTION dbo.usp_adjudicate(integer, text, bigint, text, jsonb, text, text, text) FROM PUBLIC;
