-- The thresholds that hold for a kind of item: its own, else those of *, else 0.9 and 0.7. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_thresholds(p_tenant_id integer, p_item_type text)
RETURNS TABLE (auto_promote double precision, manual_review double precision)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT t.auto_promote, t.manual_review
      FROM (SELECT g.auto_promote, g.manual_review, g.item_type = '*' AS is_general FROM dbo.governance_threshold g
             WHERE g.tenant_id = p_tenant_id AND g.item_type IN (p_item_type, '*')
            UNION ALL SELECT 0.9, 0.7, NULL
             ORDER BY is_general NULLS LAST LIMIT 1) t
$$;
