-- The items that wait for a person on some pages, computed from evidence, and why: what dbo.usp_refresh_review keeps. An item that
-- others contradict (dbo.vw_conflict) waits for that reason first. Each row is looked up by its key: that few rows are candidates
-- is what statistics say until many are. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_waiting_items(p_tenant_id integer, p_source_page_ids bigint[])
RETURNS TABLE (source_page_id bigint, item_type text, item_id bigint, confidence double precision, reason text)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off
SET enable_seqscan = off AS $$
BEGIN
    RETURN QUERY EXECUTE 'WITH seen AS MATERIALIZED (
            SELECT DISTINCT e.source_page_id, e.target_table, e.target_id FROM dbo.evidence e
             WHERE e.source_page_id = ANY ($2) AND e.tenant_id = $1
        ), waiting(source_page_id, item_type, item_id, confidence, reason) AS MATERIALIZED (' || (
        SELECT string_agg(format($q$
            SELECT v.source_page_id, %1$L::text, t.%3$I, t.confidence::double precision,
                   CASE %4$s WHEN t.confidence >= (SELECT g.auto_promote FROM dbo.fn_thresholds($1, %1$L) g) THEN 'fuzzy_evidence'
                        ELSE 'low_confidence' END
              FROM seen v
             CROSS JOIN LATERAL (SELECT r.* FROM %2$s r WHERE r.%3$I = v.target_id AND r.tenant_id = $1 OFFSET 0) t
             WHERE v.target_table = %2$L AND t.promotion_state = 'candidate'%5$s$q$,
            k.item_type, k.table_name, k.key_column,
            CASE WHEN k.item_type = 'entity' THEN
                 $c$WHEN EXISTS (SELECT FROM dbo.vw_open_pair c WHERE c.first_entity_id = t.entity_id
                        UNION ALL SELECT FROM dbo.vw_open_pair c WHERE c.second_entity_id = t.entity_id)
                    THEN 'possible_duplicate'$c$
                 WHEN k.fields ? 'start_date' THEN $c$WHEN t.end_date < t.start_date THEN 'contradiction'$c$
                 ELSE '' END,
            CASE WHEN k.item_type = 'page_classification' THEN ' AND t.needs_review' ELSE '' END), ' UNION ALL ' ORDER BY k.item_type)
          FROM dbo.fn_item_kinds() k) || '
        ), contradicted AS MATERIALIZED (
            SELECT DISTINCT k.item_type, c.item_id
              FROM (SELECT w.item_type, array_agg(DISTINCT w.item_id) AS item_ids FROM waiting w GROUP BY w.item_type) k
             CROSS JOIN LATERAL dbo.fn_conflicts($1, k.item_type, k.item_ids) c)
        SELECT w.source_page_id, w.item_type, w.item_id, w.confidence, CASE WHEN c.item_id IS NULL THEN w.reason ELSE ''contradiction'' END
          FROM waiting w LEFT JOIN contradicted c ON c.item_type = w.item_type AND c.item_id = w.item_id'
    USING p_tenant_id, p_source_page_ids;
END $$;
