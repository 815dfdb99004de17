-- The entities that a chunk mentions by name, in the order of their first mention, with the name and type as the
-- entity is known by; not what a person rejected. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_chunk_entities(p_chunk_id bigint)
RETURNS TABLE (entity_id bigint, name text, entity_type text, char_start integer)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    SELECT t.entity_id, t.said_name, t.entity_type, t.char_start
      FROM (SELECT e.entity_id, substr(min(dbo.fn_name_rank(m.said_name)), 6) AS said_name, e.entity_type,
                   (SELECT min(v.char_start) FROM dbo.evidence v
                     WHERE v.mention_id = ANY (array_agg(m.mention_id)) AND v.target_table = 'dbo.dim_entity') AS char_start
              FROM vector.chunk c JOIN dbo.entity_mention m ON m.source_page_id = c.source_page_id AND m.chunk_id = c.chunk_id JOIN dbo.dim_entity e ON e.entity_id = m.entity_id AND e.tenant_id = m.tenant_id
             WHERE c.chunk_id = p_chunk_id AND m.alias_of IS NULL AND e.promotion_state <> 'rejected'
             GROUP BY e.entity_id, e.entity_type) t
     ORDER BY t.char_start, t.said_name COLLATE "C", t.entity_id;
END $$;
