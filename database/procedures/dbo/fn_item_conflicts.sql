-- What says otherwise than an item: relations of the same ends and type with other bounds, facts of the same subject and
-- predicate with another value, as [{item_type, item_id, label, state, confidence}]; not what was rejected. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_item_conflicts(p_tenant_id integer, p_item_type text, p_item_id bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH other AS (
        SELECT o.relation_id AS item_id FROM dbo.bridge_entity_relation r
          JOIN dbo.bridge_entity_relation o ON o.from_entity_id = r.from_entity_id AND o.to_entity_id = r.to_entity_id
           AND o.relation_type = r.relation_type AND o.tenant_id = r.tenant_id AND o.relation_id <> r.relation_id
         WHERE p_item_type = 'relation' AND r.relation_id = p_item_id AND r.tenant_id = p_tenant_id
        UNION ALL
        SELECT o.assertion_id FROM dbo.fact_assertion f
          JOIN dbo.fact_assertion o ON o.tenant_id = f.tenant_id AND o.subject_table = f.subject_table AND o.subject_id = f.subject_id
           AND o.predicate = f.predicate AND o.value IS DISTINCT FROM f.value
         WHERE p_item_type = 'assertion' AND f.assertion_id = p_item_id AND f.tenant_id = p_tenant_id
        UNION ALL
        SELECT o.measurement_id FROM dbo.fact_measurement f
          JOIN dbo.fact_measurement o ON o.tenant_id = f.tenant_id AND o.subject_table = f.subject_table AND o.subject_id = f.subject_id
           AND o.predicate = f.predicate AND (o.value, o.unit) IS DISTINCT FROM (f.value, f.unit)
         WHERE p_item_type = 'measurement' AND f.measurement_id = p_item_id AND f.tenant_id = p_tenant_id
        UNION ALL
        SELECT o.state_id FROM dbo.fact_state f
          JOIN dbo.fact_state o ON o.tenant_id = f.tenant_id AND o.subject_table = f.subject_table AND o.subject_id = f.subject_id
           AND o.predicate = f.predicate AND o.value IS DISTINCT FROM f.value
         WHERE p_item_type = 'state' AND f.state_id = p_item_id AND f.tenant_id = p_tenant_id)
    SELECT coalesce(jsonb_agg(jsonb_build_object('item_type', p_item_type, 'item_id', i.item_id, 'label', i.label, 'state', i.promotion_state,
               'confidence', i.confidence) ORDER BY i.confidence DESC, i.item_id), '[]')
      FROM other o JOIN dbo.vw_item i ON i.tenant_id = p_tenant_id AND i.item_type = p_item_type AND i.item_id = o.item_id
     WHERE i.promotion_state NOT IN ('rejected', 'retired')
$$;
