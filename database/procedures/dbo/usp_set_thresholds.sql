-- Sets from which confidence on items are promoted and from which on they wait for review; below they are suppressed.
-- p_item_type: entity, relation, page_classification …; null or * for every type that has none of its own.
-- Holds for what is routed from now on. Writes dbo.governance_threshold. AL004: unknown tenant; AL005: out of range.
CREATE OR REPLACE FUNCTION dbo.usp_set_thresholds(p_tenant_id integer, p_item_type text, p_auto_promote double precision,
    p_manual_review double precision) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    IF NOT coalesce(p_manual_review BETWEEN 0 AND p_auto_promote AND p_auto_promote <= 1, false) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005',
            MESSAGE = format('thresholds must satisfy 0 ≤ manual_review ≤ auto_promote ≤ 1, not %s and %s',
                             coalesce(p_manual_review::text, 'null'), coalesce(p_auto_promote::text, 'null'));
    END IF;
    INSERT INTO dbo.governance_threshold AS g (tenant_id, item_type, auto_promote, manual_review)
    VALUES (p_tenant_id, coalesce(nullif(p_item_type, ''), '*'), p_auto_promote, p_manual_review)
    ON CONFLICT (tenant_id, item_type) DO UPDATE
       SET auto_promote = EXCLUDED.auto_promote, manual_review = EXCLUDED.manual_review, updated_at = now()
     WHERE (g.auto_promote, g.manual_review) <> (EXCLUDED.auto_promote, EXCLUDED.manual_review);
END $$;
