-- The assertions, measurements and states of an entity as JSON: by predicate, then start. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_entity_page_facts(p_tenant_id integer, p_entity_id bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('kind', f.kind, 'id', f.id, 'predicate', f.predicate, 'value', f.value,
                'start_date', f.start_date, 'end_date', f.end_date, 'start_text', f.start_text, 'end_text', f.end_text,
                'confidence', f.confidence, 'promotion_state', f.promotion_state)
                ORDER BY f.predicate, f.start_date, f.kind, f.id), '[]')
      FROM (SELECT 'assertion' AS kind, a.assertion_id AS id, a.subject_table, a.subject_id, a.tenant_id, a.predicate, a.value,
                   a.start_date, a.end_date, a.start_text, a.end_text, a.confidence, a.promotion_state FROM dbo.fact_assertion a
            UNION ALL
            SELECT 'measurement', m.measurement_id, m.subject_table, m.subject_id, m.tenant_id, m.predicate,
                   coalesce(m.value_text, concat_ws(' ', m.value, m.unit)),
                   m.start_date, m.end_date, m.start_text, m.end_text, m.confidence, m.promotion_state FROM dbo.fact_measurement m
            UNION ALL
            SELECT 'state', s.state_id, s.subject_table, s.subject_id, s.tenant_id, s.predicate, s.value,
                   s.start_date, s.end_date, s.start_text, s.end_text, s.confidence, s.promotion_state FROM dbo.fact_state s) f
     WHERE f.tenant_id = p_tenant_id AND f.subject_table = 'dbo.dim_entity' AND f.subject_id = p_entity_id
$$;
