-- The chunks that a backfill's selection fits, in the order of their ids, from above p_after to p_up_to (null: no bound),
-- at most p_limit (null: all): those with evidence for a living entity of the type at or below the confidence, or for a
-- relation whose bounds overlap the range (a bound that is not known is open; one without any bound never fits).
-- Only chunks that count now: of the page's last version and policy. p_selection is as llm.fn_check_backfill gives it.
-- Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_backfill_chunks(p_tenant_id integer, p_what text, p_selection jsonb, p_after bigint,
    p_up_to bigint, p_limit integer) RETURNS TABLE (chunk_id bigint, source_page_id bigint)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off AS $$
BEGIN
    IF p_what = 'entities' THEN
        RETURN QUERY
        SELECT c.chunk_id, c.source_page_id
          FROM vector.chunk c
          JOIN sem.source_page p ON p.source_page_id = c.source_page_id AND p.tenant_id = c.tenant_id
          JOIN ingest.source s ON s.source_id = p.source_id AND s.tenant_id = p.tenant_id AND s.last_version = p.version
         WHERE c.tenant_id = p_tenant_id AND c.is_current AND c.chunk_id > coalesce(p_after, 0)
           AND (p_up_to IS NULL OR c.chunk_id <= p_up_to)
           AND EXISTS (SELECT FROM dbo.evidence v JOIN dbo.dim_entity e ON e.entity_id = v.target_id AND e.tenant_id = v.tenant_id
                        WHERE v.chunk_id = c.chunk_id AND v.tenant_id = c.tenant_id AND v.target_table = 'dbo.dim_entity'
                          AND e.entity_type = p_selection ->> 'entity_type'
                          AND e.confidence <= (p_selection ->> 'max_confidence')::double precision
                          AND e.promotion_state NOT IN ('merged', 'retired', 'rejected'))
         ORDER BY c.chunk_id LIMIT p_limit;
    ELSE
        RETURN QUERY
        SELECT c.chunk_id, c.source_page_id
          FROM vector.chunk c
          JOIN sem.source_page p ON p.source_page_id = c.source_page_id AND p.tenant_id = c.tenant_id
          JOIN ingest.source s ON s.source_id = p.source_id AND s.tenant_id = p.tenant_id AND s.last_version = p.version
         WHERE c.tenant_id = p_tenant_id AND c.is_current AND c.chunk_id > coalesce(p_after, 0)
           AND (p_up_to IS NULL OR c.chunk_id <= p_up_to)
           AND EXISTS (SELECT FROM dbo.evidence v
                         JOIN dbo.bridge_entity_relation r ON r.relation_id = v.target_id AND r.tenant_id = v.tenant_id
                        WHERE v.chunk_id = c.chunk_id AND v.tenant_id = c.tenant_id
                          AND v.target_table = 'dbo.bridge_entity_relation'
                          AND num_nonnulls(r.start_date, r.end_date) > 0
                          AND coalesce(r.start_date, '-infinity') <= (p_selection ->> 'to')::date
                          AND coalesce(r.end_date, 'infinity') >= (p_selection ->> 'from')::date
                          AND r.promotion_state NOT IN ('merged', 'retired', 'rejected'))
         ORDER BY c.chunk_id LIMIT p_limit;
    END IF;
END $$;
