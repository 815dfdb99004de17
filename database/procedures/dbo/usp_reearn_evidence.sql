-- Computes anew what the evidence of some items earns by the present thresholds, and what mentions of entities earn by theirs; a span that
-- ends before it begins earns a candidate at most. Writes dbo.evidence, dbo.entity_mention. The caller holds the items' rows.
CREATE OR REPLACE FUNCTION dbo.usp_reearn_evidence(p_tenant_id integer, p_kind dbo.item_kind, p_item_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_auto double precision;
    v_manual double precision;
    v_reversed bigint[] := '{}';
BEGIN
    SELECT t.auto_promote, t.manual_review INTO v_auto, v_manual FROM dbo.fn_thresholds(p_tenant_id, p_kind.item_type) t;
    IF p_kind.fields ? 'start_date' THEN
        EXECUTE format('SELECT coalesce(array_agg(t.%2$I), ''{}'') FROM %1$s t WHERE t.%2$I = ANY ($1) AND t.tenant_id = $2 AND t.end_date < t.start_date',
                       p_kind.table_name::regclass, p_kind.key_column) INTO v_reversed USING p_item_ids, p_tenant_id;
    END IF;
    UPDATE dbo.evidence v SET earned_state = n.state
      FROM (SELECT e.evidence_id, CASE WHEN e.grounding = 'none' OR e.confidence < v_manual THEN 'suppressed'
                        WHEN e.grounding = 'fuzzy' OR e.confidence < v_auto OR e.target_id = ANY (v_reversed) THEN 'candidate'
                        ELSE 'promoted' END AS state
              FROM dbo.evidence e WHERE e.target_table = p_kind.table_name AND e.target_id = ANY (p_item_ids) AND e.tenant_id = p_tenant_id) n
     WHERE v.evidence_id = n.evidence_id AND v.tenant_id = p_tenant_id AND v.earned_state <> n.state;
    IF p_kind.item_type = 'entity' THEN
        UPDATE dbo.entity_mention m SET earned_state = n.state
          FROM (SELECT o.mention_id, coalesce(
                       (SELECT v.earned_state FROM dbo.evidence v WHERE v.mention_id = o.mention_id AND v.target_table = 'dbo.dim_entity'
                         ORDER BY dbo.fn_state_rank(v.earned_state) DESC LIMIT 1),
                       dbo.fn_earned_state(p_tenant_id, 'entity', o.confidence, o.grounding)) AS state
                  FROM dbo.entity_mention o WHERE o.entity_id = ANY (p_item_ids) AND o.tenant_id = p_tenant_id) n
         WHERE m.mention_id = n.mention_id AND m.tenant_id = p_tenant_id AND m.earned_state <> n.state;
    END IF;
END $$;
