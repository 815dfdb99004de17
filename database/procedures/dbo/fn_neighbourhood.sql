-- What lies around an entity: those that it has relations with, those of theirs, best supported first, at most p_limit (1 to 200)
-- of them all; and the relations among these. {"nodes":[{entity_id,name,type,promotion_state,support,distance}],
-- "edges":[{relation_id,from,to,relation_type,confidence,promotion_state}]}. Suppressed, merged and retired ones are left out.
-- Writes nothing. AL005: the limit is out of range.
CREATE OR REPLACE FUNCTION dbo.fn_neighbourhood(p_tenant_id integer, p_entity_id bigint, p_limit integer DEFAULT 40) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public
SET jit = off -- short arrays are planned as long ones; compiling for them costs more than all the rest
AS $$
DECLARE
    v_nodes bigint[] := ARRAY[p_entity_id];
    v_ring bigint[] := ARRAY[p_entity_id];
    v_distance integer[] := ARRAY[0];
    v_result jsonb;
BEGIN
    IF p_limit IS NULL OR p_limit NOT BETWEEN 1 AND 200 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('a limit of %s is not between 1 and 200', p_limit);
    END IF;
    FOR v_step IN 1 .. 2 LOOP
        SELECT coalesce(array_agg(n.other_id), '{}') INTO v_ring
          FROM (SELECT o.entity_id AS other_id
                  FROM (SELECT r.to_entity_id AS other_id FROM dbo.bridge_entity_relation r
                         WHERE r.from_entity_id = ANY (v_ring) AND r.tenant_id = p_tenant_id
                           AND r.promotion_state NOT IN ('suppressed', 'merged', 'retired')
                        UNION
                        SELECT r.from_entity_id FROM dbo.bridge_entity_relation r
                         WHERE r.to_entity_id = ANY (v_ring) AND r.tenant_id = p_tenant_id
                           AND r.promotion_state NOT IN ('suppressed', 'merged', 'retired')) x
                  JOIN dbo.dim_entity o ON o.entity_id = x.other_id AND o.tenant_id = p_tenant_id
                 WHERE x.other_id <> ALL (v_nodes) AND o.promotion_state NOT IN ('suppressed', 'merged', 'retired')
                 ORDER BY o.support DESC, o.confidence DESC, o.entity_id
                 LIMIT greatest(p_limit - cardinality(v_nodes), 0)) n;
        v_nodes := v_nodes || v_ring;
        v_distance := v_distance || array_fill(v_step, ARRAY[cardinality(v_ring)]);
    END LOOP;
    SELECT jsonb_build_object(
        'nodes', (SELECT coalesce(jsonb_agg(jsonb_build_object('entity_id', e.entity_id, 'name', e.entity_name, 'type', e.entity_type,
                            'promotion_state', e.promotion_state, 'support', e.support, 'distance', n.distance) ORDER BY n.place), '[]')
                    FROM unnest(v_nodes, v_distance) WITH ORDINALITY n(entity_id, distance, place)
                    JOIN dbo.dim_entity e ON e.entity_id = n.entity_id AND e.tenant_id = p_tenant_id),
        'edges', (SELECT coalesce(jsonb_agg(jsonb_build_object('relation_id', r.relation_id, 'from', r.from_entity_id,
                            'to', r.to_entity_id, 'relation_type', r.relation_type, 'confidence', r.confidence,
                            'promotion_state', r.promotion_state) ORDER BY r.relation_id), '[]')
                    FROM dbo.bridge_entity_relation r
                   WHERE r.from_entity_id = ANY (v_nodes) AND r.to_entity_id = ANY (v_nodes) AND r.tenant_id = p_tenant_id
                     AND r.promotion_state NOT IN ('suppressed', 'merged', 'retired'))) INTO v_result;
    RETURN v_result;
END $$;
