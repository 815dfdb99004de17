-- Brings relations after mentions that have moved to other entities: evidence that rests on those mentions goes to the
-- relation between the entities where its mentions are now, made where it is missing; relations left without evidence
-- go away; the rest is computed anew. Writes dbo.bridge_entity_relation, dbo.evidence. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_move_relations(p_tenant_id integer, p_mention_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_evidence bigint[];
    v_touched bigint[];
BEGIN
    v_evidence := ARRAY(
        SELECT v.evidence_id FROM dbo.evidence v WHERE v.mention_id = ANY (p_mention_ids)
           AND v.target_table = 'dbo.bridge_entity_relation'
        UNION SELECT v.evidence_id FROM dbo.evidence v WHERE v.other_mention_id = ANY (p_mention_ids)
           AND v.target_table = 'dbo.bridge_entity_relation');
    IF cardinality(v_evidence) = 0 THEN
        RETURN;
    END IF;
    v_touched := ARRAY(SELECT DISTINCT v.target_id FROM dbo.evidence v WHERE v.evidence_id = ANY (v_evidence));

    INSERT INTO dbo.bridge_entity_relation (tenant_id, from_entity_id, to_entity_id, relation_type, start_date, end_date,
        start_work_id, end_work_id, source_llm_run_id)
    SELECT DISTINCT ON (f.entity_id, t.entity_id, r.relation_type, r.start_date, r.end_date, r.start_work_id, r.end_work_id)
           r.tenant_id, f.entity_id, t.entity_id, r.relation_type, r.start_date, r.end_date, r.start_work_id, r.end_work_id,
           v.run_id
      FROM dbo.evidence v
      JOIN dbo.bridge_entity_relation r ON r.relation_id = v.target_id AND r.tenant_id = v.tenant_id
      JOIN dbo.entity_mention f ON f.mention_id = v.mention_id
      JOIN dbo.entity_mention t ON t.mention_id = v.other_mention_id
     WHERE v.evidence_id = ANY (v_evidence)
     ORDER BY f.entity_id, t.entity_id, r.relation_type, r.start_date, r.end_date, r.start_work_id, r.end_work_id, r.relation_id
    ON CONFLICT DO NOTHING;

    UPDATE dbo.evidence v SET target_id = n.relation_id
      FROM dbo.bridge_entity_relation r, dbo.entity_mention f, dbo.entity_mention t, dbo.bridge_entity_relation n
     WHERE v.evidence_id = ANY (v_evidence) AND r.relation_id = v.target_id AND r.tenant_id = v.tenant_id
       AND f.mention_id = v.mention_id AND t.mention_id = v.other_mention_id
       AND n.tenant_id = r.tenant_id AND n.from_entity_id = f.entity_id AND n.to_entity_id = t.entity_id
       AND n.relation_type = r.relation_type AND n.start_date IS NOT DISTINCT FROM r.start_date
       AND n.end_date IS NOT DISTINCT FROM r.end_date AND n.start_work_id IS NOT DISTINCT FROM r.start_work_id
       AND n.end_work_id IS NOT DISTINCT FROM r.end_work_id AND n.relation_id <> v.target_id;

    DELETE FROM dbo.bridge_entity_relation r
     WHERE r.relation_id = ANY (v_touched) AND r.tenant_id = p_tenant_id AND dbo.fn_state_rank(r.promotion_state) IS NOT NULL
       AND NOT EXISTS (SELECT FROM dbo.evidence v
                        WHERE v.target_id = r.relation_id AND v.target_table = 'dbo.bridge_entity_relation');
    PERFORM dbo.usp_derive_relations(p_tenant_id,
        v_touched || ARRAY(SELECT o.target_id FROM dbo.evidence o WHERE o.evidence_id = ANY (v_evidence)));
END $$;
