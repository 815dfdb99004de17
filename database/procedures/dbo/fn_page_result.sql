-- What the chunks of one page say together, as one JSON object; docs/database.md has its members. The same fact from
-- overlapping chunks counts once. Conflicting ones stay apart, each with the ids of those that it conflicts with: relations of
-- one type between the same two, whose times overlap but have other bounds, or which go both ways.
-- Null: no such page of the tenant. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_page_result(p_tenant_id integer, p_source_page_id bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off AS $$
    WITH found AS MATERIALIZED (
        SELECT * FROM dbo.fn_page_evidence(p_tenant_id, p_source_page_id)
    ), said AS (
        SELECT m.entity_id, jsonb_agg(DISTINCT m.said_name) AS names FROM dbo.entity_mention m
         WHERE m.tenant_id = p_tenant_id AND m.source_page_id = p_source_page_id GROUP BY m.entity_id
    ), relation AS MATERIALIZED (
        SELECT r.*, f.passages, f.chunks, f.evidence,
               daterange(r.start_date, r.end_date, '[]') AS span
          FROM found f JOIN dbo.bridge_entity_relation r ON r.relation_id = f.target_id AND r.tenant_id = p_tenant_id
         WHERE f.target_table = 'dbo.bridge_entity_relation'
    ), conflict AS (
        SELECT a.relation_id, jsonb_agg(b.relation_id ORDER BY b.relation_id) AS others
          FROM relation a JOIN relation b ON b.relation_id <> a.relation_id AND b.relation_type = a.relation_type AND (
               (b.from_entity_id, b.to_entity_id) = (a.from_entity_id, a.to_entity_id) AND a.span && b.span
                   AND (a.start_date <> b.start_date OR a.end_date <> b.end_date)
            OR (b.from_entity_id, b.to_entity_id) = (a.to_entity_id, a.from_entity_id) AND a.from_entity_id <> a.to_entity_id)
         WHERE a.promotion_state <> 'suppressed' AND b.promotion_state <> 'suppressed'
         GROUP BY a.relation_id
    )
    SELECT jsonb_build_object(
        'page', jsonb_build_object('source_page_id', p.source_page_id, 'locator', p.locator, 'title', p.title, 'version', p.version,
            'chunks', (SELECT count(*) FROM vector.chunk c WHERE c.source_page_id = p.source_page_id AND c.is_current)),
        'classification', (SELECT jsonb_build_object('primary_type', k.primary_type, 'type_set', k.type_set, 'confidence', k.confidence,
                                  'descriptor_sentence', k.descriptor_sentence, 'promotion_state', k.promotion_state)
                             FROM sem.page_classification k WHERE k.source_page_id = p.source_page_id AND k.tenant_id = p_tenant_id),
        'entities', (SELECT coalesce(jsonb_agg(jsonb_build_object('entity_id', e.entity_id, 'name', e.entity_name, 'type', e.entity_type,
                            'names', coalesce(s.names, '[]'), 'promotion_state', e.promotion_state, 'confidence', f.confidence,
                            'passages', f.passages, 'chunks', f.chunks, 'evidence', f.evidence)
                            ORDER BY (f.evidence -> 0 ->> 'char_start')::integer, e.entity_id), '[]')
                       FROM found f JOIN dbo.dim_entity e ON e.entity_id = f.target_id AND e.tenant_id = p_tenant_id
                       LEFT JOIN said s ON s.entity_id = e.entity_id
                      WHERE f.target_table = 'dbo.dim_entity'),
        'relations', (SELECT coalesce(jsonb_agg(jsonb_build_object('relation_id', r.relation_id, 'subject', a.entity_name,
                             'subject_id', a.entity_id, 'predicate', r.relation_type, 'object', b.entity_name, 'object_id', b.entity_id,
                             'start_date', r.start_date, 'end_date', r.end_date, 'start_text', r.start_text, 'end_text', r.end_text,
                             'promotion_state', r.promotion_state, 'confidence', r.confidence, 'passages', r.passages,
                             'chunks', r.chunks, 'conflicts', coalesce(c.others, '[]'), 'evidence', r.evidence)
                             ORDER BY (r.evidence -> 0 ->> 'char_start')::integer, r.relation_id), '[]')
                        FROM relation r
                        JOIN dbo.dim_entity a ON a.entity_id = r.from_entity_id AND a.tenant_id = p_tenant_id
                        JOIN dbo.dim_entity b ON b.entity_id = r.to_entity_id AND b.tenant_id = p_tenant_id
                        LEFT JOIN conflict c ON c.relation_id = r.relation_id),
        'events', (SELECT coalesce(jsonb_agg(jsonb_build_object('event_id', e.event_id, 'name', e.event_name, 'type', e.event_type,
                          'date', e.event_date, 'location', e.event_location, 'promotion_state', e.promotion_state,
                          'passages', f.passages, 'chunks', f.chunks, 'evidence', f.evidence) ORDER BY e.event_id), '[]')
                     FROM found f JOIN dbo.dim_event e ON e.event_id = f.target_id AND e.tenant_id = p_tenant_id
                    WHERE f.target_table = 'dbo.dim_event'),
        'works', (SELECT coalesce(jsonb_agg(jsonb_build_object('work_id', w.work_id, 'name', w.work_name, 'type', w.work_type,
                         'date', w.release_date, 'promotion_state', w.promotion_state,
                         'passages', f.passages, 'chunks', f.chunks, 'evidence', f.evidence) ORDER BY w.work_id), '[]')
                    FROM found f JOIN dbo.dim_work w ON w.work_id = f.target_id AND w.tenant_id = p_tenant_id
                   WHERE f.target_table = 'dbo.dim_work'),
        'others', (SELECT coalesce(jsonb_object_agg(o.target_table, o.rows), '{}') FROM (
                    SELECT f.target_table, count(*) AS rows FROM found f
                     WHERE f.target_table NOT IN ('dbo.dim_entity', 'dbo.bridge_entity_relation', 'dbo.dim_event', 'dbo.dim_work',
                                                  'sem.page_classification') GROUP BY f.target_table) o))
      FROM sem.source_page p WHERE p.source_page_id = p_source_page_id AND p.tenant_id = p_tenant_id
$$;
