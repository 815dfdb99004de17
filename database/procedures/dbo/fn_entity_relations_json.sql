-- The relations of an entity, out of it and into it, as JSON: by type, then start; not those that a person rejected, nor those to a rejected entity. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_entity_relations_json(p_tenant_id integer, p_entity_id bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('relation_id', r.relation_id, 'direction', r.direction,
            'relation_type', r.relation_type,
            'other', jsonb_build_object('entity_id', o.entity_id, 'name', o.entity_name, 'type', o.entity_type),
            'start_date', r.start_date, 'end_date', r.end_date, 'start_text', r.start_text, 'end_text', r.end_text,
            'start_precision', r.start_precision, 'end_precision', r.end_precision, 'work_context', r.work_context,
            'start_work', (SELECT w.work_name FROM dbo.dim_work w WHERE w.work_id = r.start_work_id AND w.tenant_id = p_tenant_id),
            'end_work', (SELECT w.work_name FROM dbo.dim_work w WHERE w.work_id = r.end_work_id AND w.tenant_id = p_tenant_id),
            'confidence', r.confidence, 'promotion_state', r.promotion_state, 'support', r.support, 'attributes', r.attributes,
            'evidence', dbo.fn_evidence_json(p_tenant_id, 'dbo.bridge_entity_relation', r.relation_id, 20))
            ORDER BY r.direction DESC, r.relation_type, r.start_date, r.end_date, o.entity_name COLLATE "C", r.relation_id), '[]')
      FROM (SELECT b.*, 'out' AS direction, b.to_entity_id AS other_id FROM dbo.bridge_entity_relation b
             WHERE b.from_entity_id = p_entity_id AND b.tenant_id = p_tenant_id AND b.promotion_state <> 'rejected'
            UNION ALL
            SELECT b.*, 'in', b.from_entity_id FROM dbo.bridge_entity_relation b
             WHERE b.to_entity_id = p_entity_id AND b.tenant_id = p_tenant_id AND b.from_entity_id <> b.to_entity_id
               AND b.promotion_state <> 'rejected') r
      JOIN dbo.dim_entity o ON o.entity_id = r.other_id AND o.tenant_id = p_tenant_id AND o.promotion_state <> 'rejected'
$$;
