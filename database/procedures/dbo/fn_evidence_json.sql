-- The evidence of a row as JSON: surest first, at most p_limit pieces. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_evidence_json(p_tenant_id integer, p_target_table text, p_target_id bigint,
    p_limit integer) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('locator', p.locator, 'title', p.title, 'source_page_id', v.source_page_id,
                'chunk_id', v.chunk_id, 'char_start', v.char_start, 'char_end', v.char_end, 'quote', v.quote,
                'grounding', v.grounding, 'run_id', v.run_id, 'confidence', v.confidence)
                ORDER BY v.confidence DESC, v.source_page_id, v.char_start), '[]')
      FROM (SELECT * FROM dbo.evidence e
             WHERE e.tenant_id = p_tenant_id AND e.target_table = p_target_table AND e.target_id = p_target_id
             ORDER BY e.confidence DESC, e.source_page_id, e.char_start LIMIT p_limit) v
      JOIN sem.source_page p ON p.source_page_id = v.source_page_id AND p.tenant_id = v.tenant_id
$$;
