-- The state that one item earns by a tenant's thresholds for its kind: promoted, candidate or suppressed. Fuzzy evidence
-- makes at most a candidate, none is suppressed. Without thresholds of its own (or *) 0.9 and 0.7 hold.
CREATE OR REPLACE FUNCTION dbo.fn_earned_state(p_tenant_id integer, p_item_type text, p_confidence double precision,
    p_grounding text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT CASE WHEN p_grounding = 'none' OR p_confidence < t.manual_review THEN 'suppressed'
                WHEN p_grounding = 'fuzzy' OR p_confidence < t.auto_promote THEN 'candidate'
                ELSE 'promoted' END
      FROM (SELECT g.auto_promote, g.manual_review, g.item_type = '*' AS is_general FROM dbo.governance_threshold g
             WHERE g.tenant_id = p_tenant_id AND g.item_type IN (p_item_type, '*')
            UNION ALL SELECT 0.9, 0.7, NULL
             ORDER BY is_general NULLS LAST LIMIT 1) t
$$;
