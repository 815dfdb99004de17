-- Everything known under a name (folded), another name, or a title that a wiki redirects: {"matches":[…], "at", "in_work"}, the rows of
-- that name before those that it is an alias of, better known first, those that a person rejected last; null when there is
-- none. A merged row's name shows its master, and is among its aliases.
-- Each match: {entity_id, name, type, promotion_state, confidence, attributes, aliases, tags, mentions, pages, evidence, facts, relations,
-- events, works, locations, periods, concepts, others: {family: […]}, conflicts, similar}. At most 20 pieces of evidence a row.
-- p_at: only what held on that day; p_in_work: only what held in the work of that name; see dbo.fn_holds. Writes nothing.
-- AL004: no work has that name.
CREATE OR REPLACE FUNCTION dbo.fn_show_entity(p_tenant_id integer, p_name text, p_at date DEFAULT NULL, p_in_work text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public
SET jit = off -- short arrays are planned as long ones; compiling for them costs more than all the rest
AS $$
DECLARE
    v_work_ids bigint[];
    v_shown jsonb;
BEGIN
    IF p_in_work IS NOT NULL THEN
        v_work_ids := ARRAY(SELECT w.work_id FROM dbo.name n JOIN dbo.dim_work w ON w.tenant_id = n.tenant_id AND w.name_id = n.name_id
                             WHERE n.tenant_id = p_tenant_id AND n.name_hash = md5(dbo.fn_name_key(btrim(p_in_work, E' \t\n\r')))::uuid);
        IF cardinality(v_work_ids) = 0 THEN
            RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('no work is known as “%s”', left(p_in_work, 200));
        END IF;
    END IF;
    WITH wanted AS (
        SELECT n.name_id FROM dbo.name n
         WHERE n.tenant_id = p_tenant_id AND n.name_hash = md5(dbo.fn_name_key(btrim(p_name, E' \t\n\r')))::uuid
    ), found AS (
        SELECT f.entity_id, bool_and(f.by_alias) AS by_alias
          FROM (SELECT coalesce(e.merged_into_id, e.entity_id) AS entity_id, e.merged_into_id IS NOT NULL AS by_alias FROM wanted w
                  JOIN dbo.dim_entity e ON e.name_id = w.name_id AND e.tenant_id = p_tenant_id
                UNION ALL
                SELECT m.entity_id, true FROM wanted w
                  JOIN dbo.entity_mention m ON m.name_id = w.name_id AND m.alias_of IS NOT NULL
                UNION ALL
                SELECT coalesce(e.merged_into_id, e.entity_id), true
                  FROM dbo.fn_redirected_keys(p_tenant_id, dbo.fn_name_key(btrim(p_name, E' \t\n\r'))) k
                  JOIN dbo.name n ON n.tenant_id = p_tenant_id AND n.name_hash = md5(k)::uuid
                  JOIN dbo.dim_entity e ON e.name_id = n.name_id AND e.tenant_id = p_tenant_id) f
         GROUP BY f.entity_id
    )
    SELECT jsonb_build_object('matches', jsonb_agg(m.match ORDER BY m.is_rejected, m.by_alias, m.support DESC, m.entity_id), 'at', p_at, 'in_work', p_in_work) INTO v_shown
      FROM (
        SELECT e.promotion_state = 'rejected' AS is_rejected, f.by_alias, e.support, e.entity_id, jsonb_build_object(
            'entity_id', e.entity_id, 'name', e.entity_name, 'type', e.entity_type, 'promotion_state', e.promotion_state,
            'confidence', e.confidence, 'attributes', e.attributes,
            'aliases', (SELECT coalesce(jsonb_agg(a.alias ORDER BY a.alias COLLATE "C"), '[]')
                          FROM dbo.vw_entity_alias a WHERE a.entity_id = e.entity_id AND a.tenant_id = e.tenant_id),
            'tags', (SELECT coalesce(jsonb_agg(DISTINCT t.tag_name), '[]') FROM dbo.bridge_tag_assignment a
                       JOIN dbo.dim_tag t ON t.tag_id = a.tag_id AND t.tenant_id = a.tenant_id
                      WHERE a.entity_id = e.entity_id AND a.tenant_id = p_tenant_id),
            'mentions', (SELECT count(*) FROM dbo.entity_mention m WHERE m.entity_id = e.entity_id AND m.alias_of IS NULL),
            'pages', e.support,
            'evidence', dbo.fn_evidence_json(p_tenant_id, 'dbo.dim_entity', e.entity_id, 20),
            'facts', x.facts, 'conflicts', dbo.fn_fact_conflicts_json(x.facts),
            'relations', dbo.fn_entity_relations_json(p_tenant_id, e.entity_id, p_at, v_work_ids),
            'events', coalesce(x.bridges -> 'event', '[]'), 'works', coalesce(x.bridges -> 'work', '[]'),
            'locations', coalesce(x.bridges -> 'location', '[]'), 'periods', coalesce(x.bridges -> 'period', '[]'),
            'concepts', coalesce(x.bridges -> 'concept', '[]'),
            'others', x.bridges - ARRAY['event', 'work', 'location', 'period', 'concept'],
            'similar', (SELECT coalesce(jsonb_agg(jsonb_build_object('entity_id', o.entity_id, 'name', o.entity_name, 'type', o.entity_type,
                                   'reason', c.reason, 'similarity', c.similarity) ORDER BY c.similarity DESC NULLS LAST, o.entity_id), '[]')
                          FROM dbo.entity_dedupe_candidate c
                          JOIN dbo.dim_entity o ON o.entity_id = c.first_entity_id + c.second_entity_id - e.entity_id AND o.tenant_id = c.tenant_id
                         WHERE e.entity_id IN (c.first_entity_id, c.second_entity_id) AND c.tenant_id = p_tenant_id AND c.status = 'open')) AS match
          FROM found f JOIN dbo.dim_entity e ON e.entity_id = f.entity_id AND e.tenant_id = p_tenant_id
         CROSS JOIN LATERAL (SELECT dbo.fn_entity_facts_json(p_tenant_id, e.entity_id, p_at, v_work_ids) AS facts,
                                    dbo.fn_entity_bridges_json(p_tenant_id, e.entity_id, p_at, v_work_ids) AS bridges) x) m
    HAVING count(*) > 0;
    RETURN v_shown;
END $$;
