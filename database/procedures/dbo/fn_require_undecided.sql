-- Whether an item may be decided: it is in the state that the decider saw (p_expected_state), or, where that is null, nobody
-- has decided it. Merged and retired rows are never decided. Writes nothing. AL021: no, and who was first.
CREATE OR REPLACE FUNCTION dbo.fn_require_undecided(p_tenant_id integer, p_item_type text, p_item_id bigint, p_state text,
    p_expected_state text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_last record;
BEGIN
    IF p_state IN ('merged', 'retired') AND p_item_type NOT IN ('dedupe_pair', 'schema_proposal') THEN
        RAISE EXCEPTION USING ERRCODE = 'AL021', MESSAGE = format('%s:%s is %s meanwhile and cannot be decided', p_item_type, p_item_id,
            CASE WHEN p_state = 'merged' THEN 'merged into another' ELSE 'retired, since no source supports it,' END);
    END IF;
    IF p_state = p_expected_state
       OR p_expected_state IS NULL AND p_state NOT IN ('adjudicated', 'rejected', 'merged', 'distinct', 'approved') THEN
        RETURN;
    END IF;
    SELECT a.audit_id, a.actor, a.decided_at INTO v_last FROM dbo.audit_entity_adjudication a
     WHERE a.tenant_id = p_tenant_id AND a.item_type = p_item_type AND a.item_id = p_item_id ORDER BY a.chain_index DESC LIMIT 1;
    RAISE EXCEPTION USING ERRCODE = 'AL021', MESSAGE = format('%s:%s is %s now%s%s; look at it again', p_item_type, p_item_id, p_state,
        CASE WHEN p_expected_state IS NOT NULL THEN format(', not %s', p_expected_state) ELSE '' END,
        CASE WHEN v_last.audit_id IS NOT NULL THEN format(': %s decided it at %s UTC (audit %s)', v_last.actor,
             to_char(v_last.decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), v_last.audit_id) ELSE '' END);
END $$;
