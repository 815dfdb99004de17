-- Everything that a person wants to see of one entity, as one JSON object: {entity_id, name, type, promotion_state, confidence,
-- support, attributes, recorded_at, updated_at, merged_into, aliases, mentions, evidence, relations, facts, appearances,
-- history}; null when the tenant has none of that id. At most 50 pieces of evidence, 20 a relation. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_entity_page(p_tenant_id integer, p_entity_id bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public
SET jit = off -- short arrays are planned as long ones; compiling for them costs more than all the rest
AS $$
    SELECT jsonb_build_object(
        'entity_id', e.entity_id, 'name', e.entity_name, 'type', e.entity_type, 'promotion_state', e.promotion_state,
        'confidence', e.confidence, 'support', e.support, 'attributes', e.attributes, 'recorded_at', e.recorded_at,
        'updated_at', e.updated_at,
        'merged_into', (SELECT jsonb_build_object('entity_id', m.entity_id, 'name', m.entity_name, 'type', m.entity_type)
                          FROM dbo.dim_entity m WHERE m.entity_id = e.merged_into_id AND m.tenant_id = p_tenant_id),
        'aliases', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', a.alias, 'mentions', a.mentions)
                                              ORDER BY a.mentions DESC, a.alias COLLATE "C"), '[]')
                      FROM (SELECT s.alias, sum(s.mentions)::int AS mentions
                              FROM (SELECT m.said_name AS alias, count(*) AS mentions FROM dbo.entity_mention m
                                     WHERE m.entity_id = e.entity_id AND m.tenant_id = p_tenant_id
                                       AND (m.alias_of IS NOT NULL OR m.name_id <> e.name_id) GROUP BY m.said_name
                                    UNION ALL
                                    SELECT d.entity_name, 0 FROM dbo.dim_entity d
                                     WHERE d.merged_into_id = e.entity_id AND d.tenant_id = p_tenant_id
                                       AND d.name_id <> e.name_id) s
                             GROUP BY s.alias) a),
        'mentions', (SELECT count(*) FROM dbo.entity_mention m
                      WHERE m.entity_id = e.entity_id AND m.tenant_id = p_tenant_id AND m.alias_of IS NULL),
        'evidence', dbo.fn_evidence_json(p_tenant_id, 'dbo.dim_entity', e.entity_id, 50),
        'relations', dbo.fn_entity_relations_json(p_tenant_id, e.entity_id),
        'facts', dbo.fn_entity_page_facts(p_tenant_id, e.entity_id),
        'appearances', dbo.fn_entity_page_appearances(p_tenant_id, e.entity_id),
        'history', dbo.fn_entity_page_history(p_tenant_id, e.entity_id))
      FROM dbo.dim_entity e WHERE e.entity_id = p_entity_id AND e.tenant_id = p_tenant_id
$$;
