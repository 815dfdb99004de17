-- What facts of one entity contradict: [{predicate, values:[{value, unit, start_date, end_date, confidence, support}]}] for predicates of one kind with
-- different values at one time, among those that are not suppressed. p_facts: as dbo.fn_entity_facts_json gives them. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_fact_conflicts_json(p_facts jsonb) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH fact AS MATERIALIZED (
        SELECT f.fact, f.fact ->> 'kind' AS kind, f.fact ->> 'predicate' AS predicate, dbo.fn_value_hash(concat_ws(' ', f.fact ->> 'value', f.fact ->> 'unit')) AS value_hash,
               coalesce((f.fact ->> 'start_date')::date, '-infinity') AS first_day, coalesce((f.fact ->> 'end_date')::date, 'infinity') AS last_day
          FROM jsonb_array_elements(p_facts) f(fact)
         WHERE f.fact ->> 'promotion_state' NOT IN ('suppressed', 'retired', 'merged'))
    SELECT coalesce(jsonb_agg(c.conflict ORDER BY c.predicate COLLATE "C"), '[]')
      FROM (SELECT a.predicate, jsonb_build_object('predicate', a.predicate, 'values', jsonb_agg(jsonb_build_object('value', a.fact -> 'value', 'unit', a.fact -> 'unit',
                       'start_date', a.fact -> 'start_date', 'end_date', a.fact -> 'end_date', 'confidence', a.fact -> 'confidence', 'support', a.fact -> 'support')
                       ORDER BY (a.fact ->> 'support')::integer DESC, a.fact ->> 'value')) AS conflict
              FROM fact a
             WHERE EXISTS (SELECT FROM fact b WHERE b.kind = a.kind AND b.predicate = a.predicate AND b.value_hash <> a.value_hash
                              AND b.first_day <= a.last_day AND a.first_day <= b.last_day)
             GROUP BY a.kind, a.predicate) c
$$;
