-- The facts about an entity as JSON: [{fact_id, kind, predicate, value, unit, bounds, confidence, promotion_state, support, attributes,
-- evidence, holds}], by predicate, then start. p_at, p_work_ids: only what held then (dbo.fn_holds). Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_entity_facts_json(p_tenant_id integer, p_entity_id bigint, p_at date DEFAULT NULL,
    p_work_ids bigint[] DEFAULT NULL) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH fact AS (
        SELECT 'dbo.fact_assertion' AS table_name, a.assertion_id AS id, coalesce(a.attributes ->> 'kind', 'assertion') AS kind, a.predicate, a.value, NULL AS unit,
               a.start_date, a.end_date, a.start_work_id, a.end_work_id, a.work_context, to_jsonb(a) AS fact_row
          FROM dbo.fact_assertion a WHERE a.tenant_id = p_tenant_id AND a.subject_table = 'dbo.dim_entity' AND a.subject_id = p_entity_id
        UNION ALL
        SELECT 'dbo.fact_measurement', m.measurement_id, 'measurement', m.predicate, coalesce(m.value_text, m.value::text), m.unit,
               m.start_date, m.end_date, m.start_work_id, m.end_work_id, m.work_context, to_jsonb(m)
          FROM dbo.fact_measurement m WHERE m.tenant_id = p_tenant_id AND m.subject_table = 'dbo.dim_entity' AND m.subject_id = p_entity_id
        UNION ALL
        SELECT 'dbo.fact_state', s.state_id, 'state', s.predicate, s.value, NULL,
               s.start_date, s.end_date, s.start_work_id, s.end_work_id, s.work_context, to_jsonb(s)
          FROM dbo.fact_state s WHERE s.tenant_id = p_tenant_id AND s.subject_table = 'dbo.dim_entity' AND s.subject_id = p_entity_id)
    SELECT coalesce(jsonb_agg(dbo.fn_bounded_json(p_tenant_id, f.table_name, f.id, f.fact_row)
               || jsonb_build_object('fact_id', f.id, 'kind', f.kind, 'predicate', f.predicate, 'value', f.value, 'unit', f.unit, 'holds', h.holds)
               ORDER BY f.predicate COLLATE "C", f.start_date, f.end_date, f.value COLLATE "C", f.id), '[]')
      FROM fact f
     CROSS JOIN LATERAL (SELECT dbo.fn_holds(p_tenant_id, f.start_date, f.end_date, f.start_work_id, f.end_work_id, f.work_context, p_at, p_work_ids) AS holds) h
     WHERE h.holds IS NOT NULL
$$;
