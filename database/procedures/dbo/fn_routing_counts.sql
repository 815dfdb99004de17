-- What a routing procedure answers: how many rows were new or known, how many links to evidence were new, and in
-- which states the rows that the output names are now. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_routing_counts(p_tenant_id integer, p_entities dbo.routed_item[],
    p_relations dbo.routed_item[], p_evidence_new integer) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN -- plpgsql keeps its plan
    RETURN (
    WITH entity AS (SELECT i.target_id, bool_or(i.is_new) AS is_new FROM unnest(p_entities) i GROUP BY i.target_id),
    relation AS (SELECT i.target_id, bool_or(i.is_new) AS is_new FROM unnest(p_relations) i GROUP BY i.target_id),
    state AS (
        SELECT d.promotion_state FROM entity i JOIN dbo.dim_entity d ON d.entity_id = i.target_id AND d.tenant_id = p_tenant_id
        UNION ALL
        SELECT r.promotion_state FROM relation i
          JOIN dbo.bridge_entity_relation r ON r.relation_id = i.target_id AND r.tenant_id = p_tenant_id)
    SELECT jsonb_build_object(
        'entities_new', (SELECT count(*) FROM entity WHERE is_new), 'entities_known', (SELECT count(*) FROM entity WHERE NOT is_new),
        'relations_new', (SELECT count(*) FROM relation WHERE is_new), 'relations_known', (SELECT count(*) FROM relation WHERE NOT is_new),
        'evidence_new', p_evidence_new,
        'promoted', (SELECT count(*) FROM state WHERE promotion_state = 'promoted'),
        'candidate', (SELECT count(*) FROM state WHERE promotion_state = 'candidate'),
        'suppressed', (SELECT count(*) FROM state WHERE promotion_state = 'suppressed')));
END $$;
