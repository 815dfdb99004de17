-- What a page names before a chunk: entities of its earlier chunks, as far as those were read, the p_limit that were named last,
-- in the order of their last mention. Suppressed ones and other names (aliases) are left out. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_entities_before(p_chunk_id bigint, p_limit integer)
RETURNS TABLE (entity_id bigint, name text, entity_type text)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT l.entity_id, l.entity_name, l.entity_type
      FROM (SELECT e.entity_id, e.entity_name, e.entity_type, max(v.char_start) AS place
              FROM vector.chunk k
              JOIN vector.chunk c ON c.source_page_id = k.source_page_id AND c.tenant_id = k.tenant_id AND c.is_current
                                 AND c.char_start < k.char_start
              JOIN dbo.evidence v ON v.source_page_id = c.source_page_id AND v.chunk_id = c.chunk_id AND v.tenant_id = c.tenant_id AND v.target_table = 'dbo.dim_entity'
                                 AND v.char_start < k.char_start
              JOIN dbo.dim_entity e ON e.entity_id = v.target_id AND e.tenant_id = v.tenant_id AND e.promotion_state <> 'suppressed'
             WHERE k.chunk_id = p_chunk_id
             GROUP BY e.entity_id, e.entity_name, e.entity_type
             ORDER BY max(v.char_start) DESC, e.entity_id LIMIT p_limit) l
     ORDER BY l.place, l.entity_id
$$;
