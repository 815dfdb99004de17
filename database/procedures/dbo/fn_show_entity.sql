-- Everything known under a name (folded) or another name: {"matches":[…]}, the rows of that name before those that it is an
-- alias of, better known first, and those that a person rejected last; null when there is none. A merged row's name shows its master, and is among its aliases. At most 20 pieces of evidence a row. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_show_entity(p_tenant_id integer, p_name text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public
SET jit = off -- short arrays are planned as long ones; compiling for them costs more than all the rest
AS $$
    WITH wanted AS (
        SELECT n.name_id FROM dbo.name n
         WHERE n.tenant_id = p_tenant_id AND n.name_hash = md5(dbo.fn_name_key(btrim(p_name, E' \t\n\r')))::uuid
    ), found AS (
        SELECT f.entity_id, bool_and(f.by_alias) AS by_alias
          FROM (SELECT coalesce(e.merged_into_id, e.entity_id) AS entity_id, e.merged_into_id IS NOT NULL AS by_alias FROM wanted w
                  JOIN dbo.dim_entity e ON e.name_id = w.name_id AND e.tenant_id = p_tenant_id
                UNION ALL
                SELECT m.entity_id, true FROM wanted w
                  JOIN dbo.entity_mention m ON m.name_id = w.name_id AND m.alias_of IS NOT NULL) f
         GROUP BY f.entity_id
    )
    SELECT jsonb_build_object('matches', jsonb_agg(m.match ORDER BY m.is_rejected, m.by_alias, m.support DESC, m.entity_id))
      FROM (
        SELECT e.promotion_state = 'rejected' AS is_rejected, f.by_alias, e.support, e.entity_id, jsonb_build_object(
            'entity_id', e.entity_id, 'name', e.entity_name, 'type', e.entity_type, 'promotion_state', e.promotion_state,
            'confidence', e.confidence, 'attributes', e.attributes,
            'aliases', (SELECT coalesce(jsonb_agg(a.alias ORDER BY a.alias COLLATE "C"), '[]')
                          FROM (SELECT DISTINCT m.said_name AS alias FROM dbo.entity_mention m
                                 WHERE m.entity_id = e.entity_id AND (m.alias_of IS NOT NULL OR m.name_id <> e.name_id)
                                UNION
                                SELECT d.entity_name FROM dbo.dim_entity d
                                 WHERE d.merged_into_id = e.entity_id AND d.name_id <> e.name_id) a),
            'mentions', (SELECT count(*) FROM dbo.entity_mention m WHERE m.entity_id = e.entity_id AND m.alias_of IS NULL),
            'pages', e.support,
            'evidence', dbo.fn_evidence_json(p_tenant_id, 'dbo.dim_entity', e.entity_id, 20),
            'relations', dbo.fn_entity_relations_json(p_tenant_id, e.entity_id)) AS match
          FROM found f JOIN dbo.dim_entity e ON e.entity_id = f.entity_id AND e.tenant_id = p_tenant_id) m
    HAVING count(*) > 0
$$;
