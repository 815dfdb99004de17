-- How a page's version before was cut: the text, the policy and the chunks [{char_start, char_end, fresh_start}] of the last
-- version before this one that has chunks. No row: there is none, or the page is unknown.
CREATE OR REPLACE FUNCTION vector.fn_earlier_cut(p_source_page_id bigint)
RETURNS TABLE (body text, policy jsonb, chunks jsonb)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    SELECT e.text, e.policy,
           (SELECT jsonb_agg(jsonb_build_object('char_start', k.char_start, 'char_end', k.char_end, 'fresh_start', k.fresh_start)
                             ORDER BY k.char_start, k.char_end)
              FROM vector.chunk k WHERE k.source_page_id = e.source_page_id AND k.tenant_id = e.tenant_id AND k.is_current)
      FROM sem.source_page p
     CROSS JOIN LATERAL (
        SELECT b.source_page_id, b.tenant_id, b.text, r.policy
          FROM sem.source_page b
          JOIN vector.source_registry r ON r.source_page_id = b.source_page_id AND r.tenant_id = b.tenant_id AND r.chunk_count > 0
         WHERE b.tenant_id = p.tenant_id AND b.source_id = p.source_id AND b.version < p.version
         ORDER BY b.version DESC LIMIT 1) e
     WHERE p.source_page_id = p_source_page_id;
END $$;
