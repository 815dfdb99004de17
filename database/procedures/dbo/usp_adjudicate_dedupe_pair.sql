-- A person's decision about a pair of entities that may be one: approve merges them (dbo.usp_merge_entities), reject says that
-- they are distinct, for every reason that the two were noted for. The master is what the override's master_entity_id
-- says, else the adjudicated one, else the one with more sources, else the older.
-- States are open, merged and distinct. Returns as dbo.usp_adjudicate_row, and merge_id.
-- Writes dbo.entity_dedupe_candidate, the audit, and what a merge writes.
-- Errors: as dbo.usp_adjudicate_row and dbo.usp_merge_entities; AL022 the master is not of the pair.
CREATE OR REPLACE FUNCTION dbo.usp_adjudicate_dedupe_pair(p_tenant_id integer, p_pair_id bigint, p_decision text, p_override jsonb,
    p_reason text, p_actor text, p_expected_state text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_pair dbo.entity_dedupe_candidate;
    v_audit dbo.audit_entity_adjudication;
    v_master bigint;
BEGIN
    IF p_decision = 'reject' THEN
        PERFORM dbo.fn_require_decision(p_decision, p_override);
    END IF;
    PERFORM dbo.fn_require_decision(p_decision, NULL);
    PERFORM dbo.usp_open_adjudication(p_tenant_id);
    SELECT * INTO v_pair FROM dbo.entity_dedupe_candidate c WHERE c.pair_id = p_pair_id AND c.tenant_id = p_tenant_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('tenant %s has no dedupe_pair %s', p_tenant_id, coalesce(p_pair_id::text, 'null'));
    END IF;
    PERFORM dbo.usp_lock_merge(p_tenant_id, ARRAY[v_pair.first_entity_id, v_pair.second_entity_id]);
    SELECT * INTO v_pair FROM dbo.entity_dedupe_candidate c WHERE c.pair_id = p_pair_id AND c.tenant_id = p_tenant_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'the pair was changed meanwhile; try again';
    END IF;
    PERFORM dbo.fn_require_undecided(p_tenant_id, 'dedupe_pair', p_pair_id, v_pair.status, coalesce(p_expected_state, 'open'));

    v_audit.tenant_id := p_tenant_id;
    v_audit.item_type := 'dedupe_pair';
    v_audit.item_id := p_pair_id;
    v_audit.item_label := dbo.fn_dimension_name(p_tenant_id, 'dbo.dim_entity', v_pair.first_entity_id) || ' = '
                       || dbo.fn_dimension_name(p_tenant_id, 'dbo.dim_entity', v_pair.second_entity_id);
    v_audit.decision := p_decision;
    v_audit.reason := p_reason;
    v_audit.actor := p_actor;
    v_audit.old_state := v_pair.status;
    v_audit.confidence := v_pair.similarity::numeric;
    IF p_decision = 'reject' THEN
        v_audit.new_state := 'distinct';
        WITH decided AS (
            UPDATE dbo.entity_dedupe_candidate c SET status = 'distinct'
             WHERE c.first_entity_id = v_pair.first_entity_id AND c.second_entity_id = v_pair.second_entity_id
               AND c.tenant_id = p_tenant_id AND c.status = v_pair.status
            RETURNING c.pair_id)
        SELECT jsonb_build_object('pairs', jsonb_agg(d.pair_id ORDER BY d.pair_id)) INTO v_audit.new_values FROM decided d;
        RETURN dbo.usp_write_adjudication(v_audit);
    END IF;

    v_audit.new_state := 'merged';
    SELECT e.entity_id INTO v_master FROM dbo.dim_entity e
     WHERE e.entity_id IN (v_pair.first_entity_id, v_pair.second_entity_id) AND e.tenant_id = p_tenant_id
       AND (p_override ->> 'master_entity_id' IS NULL OR e.entity_id::text = p_override ->> 'master_entity_id')
     ORDER BY e.promotion_state = 'adjudicated' DESC, e.support DESC, e.entity_id LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL022', MESSAGE = format('master_entity_id must be %s or %s, not %s', v_pair.first_entity_id,
            v_pair.second_entity_id, p_override ->> 'master_entity_id');
    END IF;
    v_audit.new_values := jsonb_build_object('master_entity_id', v_master, 'merge_id', dbo.usp_merge_entities(p_tenant_id, v_master,
        ARRAY[CASE v_master WHEN v_pair.first_entity_id THEN v_pair.second_entity_id ELSE v_pair.first_entity_id END], p_reason, p_actor));
    RETURN dbo.usp_write_adjudication(v_audit) || jsonb_build_object('merge_id', v_audit.new_values -> 'merge_id');
END $$;
