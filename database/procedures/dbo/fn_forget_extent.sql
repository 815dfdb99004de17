-- What dbo.usp_forget_page would take away for all pages that p_source means (ingest.fn_find_pages): {pages, versions:[…] (20 at most,
-- {source_page_id, locator, version, title}), chunks, mentions, evidence, entities, relations, rows, supported_by_others, jobs,
-- bytes, forgotten_at (when such pages were forgotten last, or null)}. Entities and rows are those that no other page is evidence for. Writes nothing. Errors: as ingest.fn_find_pages.
CREATE OR REPLACE FUNCTION dbo.fn_forget_extent(p_tenant_id integer, p_source text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off AS $$
    WITH page AS MATERIALIZED (SELECT f.* FROM ingest.fn_find_pages(p_tenant_id, p_source) f),
    said AS MATERIALIZED (
        SELECT v.target_table, v.target_id, count(*) AS pieces FROM dbo.evidence v JOIN page p USING (source_page_id)
         WHERE v.tenant_id = p_tenant_id GROUP BY v.target_table, v.target_id),
    judged AS (
        SELECT s.target_table, s.pieces,
               EXISTS (SELECT FROM dbo.evidence v WHERE v.target_table = s.target_table AND v.target_id = s.target_id
                          AND v.tenant_id = p_tenant_id AND NOT EXISTS (SELECT FROM page p WHERE p.source_page_id = v.source_page_id)) AS is_supported
          FROM said s WHERE s.target_table <> 'sem.page_classification')
    SELECT jsonb_build_object(
        'pages', (SELECT count(*) FROM page),
        'versions', (SELECT coalesce(jsonb_agg(to_jsonb(f) ORDER BY f.source_page_id DESC), '[]')
                       FROM (SELECT * FROM page ORDER BY source_page_id DESC LIMIT 20) f),
        'chunks', (SELECT count(*) FROM vector.chunk c JOIN page p USING (source_page_id)),
        'mentions', (SELECT count(*) FROM dbo.entity_mention m JOIN page p USING (source_page_id)),
        'evidence', (SELECT coalesce(sum(s.pieces), 0) FROM said s),
        'entities', (SELECT count(*) FROM judged j WHERE j.target_table = 'dbo.dim_entity' AND NOT j.is_supported),
        'relations', (SELECT count(*) FROM judged j WHERE j.target_table = 'dbo.bridge_entity_relation' AND NOT j.is_supported),
        'rows', (SELECT count(*) FROM judged j WHERE j.target_table NOT IN ('dbo.dim_entity', 'dbo.bridge_entity_relation') AND NOT j.is_supported),
        'supported_by_others', (SELECT count(*) FROM judged j WHERE j.is_supported),
        'jobs', (SELECT count(*) FROM llm.job j JOIN page p USING (source_page_id))
                + (SELECT count(*) FROM llm.job_dead_letter j JOIN page p USING (source_page_id)),
        'forgotten_at', (SELECT max(f.forgotten_at) FROM dbo.source_forgetting f
                          WHERE f.tenant_id = p_tenant_id
                            AND (f.locator = p_source OR f.source_page_id::text = p_source
                                 OR strpos(p_source, '*') > 0 AND f.locator LIKE llm.fn_like_pattern(p_source))),
        'bytes', (SELECT coalesce(sum(octet_length(r.raw)), 0) FROM page p JOIN sem.source_page s USING (source_page_id)
                    JOIN ingest.ingest_record r ON r.ingest_record_id = s.ingest_record_id AND r.tenant_id = s.tenant_id))
$$;
