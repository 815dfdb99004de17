-- The chunks that a backfill's selection fits, in the order of their ids, from above p_after to p_up_to (null: no bound),
-- at most p_limit (null: all): those with evidence for a living entity of the type at or below the confidence, or for a
-- relation whose bounds overlap the range (a bound that is not known is open; one without any bound never fits).
-- Only chunks that count now: of the page's last version and policy. p_selection is as llm.fn_check_backfill gives it.
-- Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_backfill_chunks(p_tenant_id integer, p_what text, p_selection jsonb, p_after bigint,
    p_up_to bigint, p_limit integer) RETURNS TABLE (chunk_id bigint, source_page_id bigint)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off AS $$
BEGIN
    -- Each kind of selection is planned for itself.
    RETURN QUERY EXECUTE format($q$
        SELECT c.chunk_id, c.source_page_id
          FROM vector.chunk c
          JOIN sem.source_page p ON p.source_page_id = c.source_page_id AND p.tenant_id = c.tenant_id
          JOIN ingest.source s ON s.source_id = p.source_id AND s.tenant_id = p.tenant_id AND s.last_version = p.version
         WHERE c.tenant_id = $1 AND c.is_current AND c.chunk_id > coalesce($2, 0) AND ($3 IS NULL OR c.chunk_id <= $3)
           AND EXISTS (SELECT FROM dbo.evidence v %s
                        WHERE v.source_page_id = c.source_page_id AND v.chunk_id = c.chunk_id AND v.tenant_id = c.tenant_id
                          AND t.promotion_state NOT IN ('merged', 'retired', 'rejected'))
         ORDER BY c.chunk_id LIMIT $4$q$,
        CASE p_what WHEN 'entities' THEN $q$
            JOIN dbo.dim_entity t ON v.target_table = 'dbo.dim_entity' AND t.entity_id = v.target_id AND t.tenant_id = v.tenant_id
             AND t.entity_type = $5 ->> 'entity_type' AND t.confidence <= ($5 ->> 'max_confidence')::double precision$q$
        ELSE $q$
            JOIN dbo.bridge_entity_relation t ON v.target_table = 'dbo.bridge_entity_relation' AND t.relation_id = v.target_id
             AND t.tenant_id = v.tenant_id AND num_nonnulls(t.start_date, t.end_date) > 0
             AND coalesce(t.start_date, '-infinity') <= ($5 ->> 'to')::date
             AND coalesce(t.end_date, 'infinity') >= ($5 ->> 'from')::date$q$ END)
    USING p_tenant_id, p_after, p_up_to, p_limit, p_selection;
END $$;
