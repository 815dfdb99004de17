-- Brings the kept review queue up to date for pages that are marked as stale, at most p_limit marks. An item waits, as a
-- candidate, on every page with evidence of it; reason says why: contradiction (it ends before it begins, or dbo.vw_conflict
-- has it), possible_duplicate (an open pair), fuzzy_evidence (sure enough, but its quote was not found word for
-- word) or low_confidence. One caller at a time; another returns at once. Returns how many marks were done.
-- Writes dbo.review_stale_page, dbo.review_page, dbo.review_item, dbo.review_progress.
CREATE OR REPLACE FUNCTION dbo.usp_refresh_review(p_tenant_id integer, p_limit integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off AS $$
DECLARE
    v_marks bigint[];
    v_pages bigint[];
BEGIN
    IF NOT EXISTS (SELECT FROM dbo.review_stale_page s WHERE s.tenant_id = p_tenant_id) THEN
        RETURN 0;
    END IF;
    INSERT INTO dbo.review_progress (tenant_id) VALUES (p_tenant_id) ON CONFLICT DO NOTHING;
    PERFORM FROM dbo.review_progress r WHERE r.tenant_id = p_tenant_id FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    SELECT array_agg(s.mark_id), array_agg(DISTINCT s.source_page_id) INTO v_marks, v_pages
      FROM (SELECT m.mark_id, m.source_page_id FROM dbo.review_stale_page m WHERE m.tenant_id = p_tenant_id ORDER BY m.mark_id LIMIT p_limit) s;
    IF v_marks IS NULL THEN
        RETURN 0;
    END IF;
    DELETE FROM dbo.review_stale_page s WHERE s.mark_id = ANY (v_marks);
    DELETE FROM dbo.review_page p WHERE p.source_page_id = ANY (v_pages) AND p.tenant_id = p_tenant_id;
    WITH waiting AS MATERIALIZED (
        SELECT w.* FROM dbo.fn_waiting_items(p_tenant_id, v_pages) w
    ), page AS (
        INSERT INTO dbo.review_page (source_page_id, tenant_id, items, lowest_confidence, rank, locator)
        SELECT w.source_page_id, p_tenant_id, count(*), min(w.confidence),
               -count(*) - count(*) FILTER (WHERE w.reason IN ('contradiction', 'possible_duplicate')), p.locator
          FROM waiting w JOIN sem.source_page p ON p.source_page_id = w.source_page_id AND p.tenant_id = p_tenant_id
         GROUP BY w.source_page_id, p.locator
        RETURNING source_page_id)
    INSERT INTO dbo.review_item (source_page_id, tenant_id, item_type, item_id, confidence, reason)
    SELECT w.source_page_id, p_tenant_id, w.item_type, w.item_id, w.confidence, w.reason FROM waiting w JOIN page USING (source_page_id);
    WITH said AS MATERIALIZED (
        SELECT k.item_type, k.table_name, array_agg(DISTINCT e.target_id) AS item_ids
          FROM dbo.evidence e JOIN dbo.fn_item_kinds() k ON k.table_name = e.target_table
         WHERE e.source_page_id = ANY (v_pages) AND e.tenant_id = p_tenant_id
         GROUP BY k.item_type, k.table_name
    ), contradicted AS MATERIALIZED ( -- joined in another order, they would be looked for once an item that waits
        SELECT DISTINCT s.item_type, c.other_id
          FROM said s CROSS JOIN LATERAL dbo.fn_conflicts(p_tenant_id, s.item_type, s.item_ids) c
         WHERE c.other_table = s.table_name)
    INSERT INTO dbo.review_stale_page (tenant_id, source_page_id)
    SELECT DISTINCT p_tenant_id, i.source_page_id
      FROM contradicted c
      JOIN dbo.review_item i ON i.tenant_id = p_tenant_id AND i.item_type = c.item_type AND i.item_id = c.other_id AND i.reason <> 'contradiction';
    RETURN cardinality(v_marks);
END $$;
