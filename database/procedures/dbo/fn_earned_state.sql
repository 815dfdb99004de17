-- The state that one item earns by a tenant's thresholds for its kind: promoted, candidate or suppressed; see
-- dbo.fn_thresholds and dbo.fn_state_by_thresholds. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_earned_state(p_tenant_id integer, p_item_type text, p_confidence double precision,
    p_grounding text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN (SELECT dbo.fn_state_by_thresholds(p_confidence, p_grounding, t.auto_promote, t.manual_review)
      FROM dbo.fn_thresholds(p_tenant_id, p_item_type) t);
END $$;
