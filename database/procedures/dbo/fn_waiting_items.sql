-- The items that wait for a person on some pages, computed from evidence: what dbo.usp_refresh_review keeps. Each row is looked up by
-- its key: that few rows are candidates is what statistics say until many are. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_waiting_items(p_tenant_id integer, p_source_page_ids bigint[])
RETURNS TABLE (source_page_id bigint, item_type text, item_id bigint, confidence double precision, reason text)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off
SET enable_seqscan = off AS $$
BEGIN
    RETURN QUERY EXECUTE 'WITH seen AS MATERIALIZED (
            SELECT DISTINCT e.source_page_id, e.target_table, e.target_id FROM dbo.evidence e
             WHERE e.source_page_id = ANY ($2) AND e.tenant_id = $1) ' || (
        SELECT string_agg(format($q$
            SELECT v.source_page_id, %1$L::text, t.%3$I, t.confidence::double precision,
                   CASE %4$s WHEN t.confidence >= (SELECT g.auto_promote FROM dbo.fn_thresholds($1, %1$L) g) THEN 'fuzzy_evidence'
                        ELSE 'low_confidence' END
              FROM seen v
             CROSS JOIN LATERAL (SELECT r.* FROM %2$s r WHERE r.%3$I = v.target_id AND r.tenant_id = $1 OFFSET 0) t
             WHERE v.target_table = %2$L AND t.promotion_state = 'candidate'%5$s$q$,
            k.item_type, k.table_name, k.key_column,
            CASE WHEN k.item_type = 'entity' THEN
                 $c$WHEN EXISTS (SELECT FROM dbo.entity_dedupe_candidate c WHERE c.first_entity_id = t.entity_id AND c.status = 'open'
                        UNION ALL SELECT FROM dbo.entity_dedupe_candidate c WHERE c.second_entity_id = t.entity_id AND c.status = 'open')
                    THEN 'possible_duplicate'$c$
                 WHEN k.fields ? 'start_date' THEN $c$WHEN t.end_date < t.start_date THEN 'contradiction'$c$
                 ELSE '' END,
            CASE WHEN k.item_type = 'page_classification' THEN ' AND t.needs_review' ELSE '' END), ' UNION ALL ' ORDER BY k.item_type)
          FROM dbo.fn_item_kinds() k)
    USING p_tenant_id, p_source_page_ids;
END $$;
