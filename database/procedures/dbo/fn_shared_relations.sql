-- How many relations of one type and direction, to the same other entity, the two entities of each pair both have; pairs
-- that share none are left out. p_first, p_second: the pairs, as parallel arrays. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_shared_relations(p_tenant_id integer, p_first bigint[], p_second bigint[])
RETURNS TABLE (first_id bigint, second_id bigint, shared bigint)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH pair AS MATERIALIZED (
        SELECT DISTINCT p.first_id, p.second_id FROM unnest(p_first, p_second) p(first_id, second_id)
    ), relation AS MATERIALIZED (
        SELECT DISTINCT r.from_entity_id AS entity_id, r.relation_type, true AS is_out, r.to_entity_id AS other_id
          FROM dbo.bridge_entity_relation r WHERE r.tenant_id = p_tenant_id AND r.from_entity_id = ANY (p_first || p_second)
        UNION
        SELECT r.to_entity_id, r.relation_type, false, r.from_entity_id
          FROM dbo.bridge_entity_relation r WHERE r.tenant_id = p_tenant_id AND r.to_entity_id = ANY (p_first || p_second))
    SELECT p.first_id, p.second_id, count(*)
      FROM pair p
      JOIN relation a ON a.entity_id = p.first_id
      JOIN relation b ON b.entity_id = p.second_id AND b.relation_type = a.relation_type AND b.is_out = a.is_out
       AND b.other_id = a.other_id
     GROUP BY p.first_id, p.second_id
$$;
