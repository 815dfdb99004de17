-- What became of an entity, as JSON, newest first: when it was first said, what it was merged with, by whom and why. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_entity_page_history(p_tenant_id integer, p_entity_id bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('at', h.at, 'what', h.what, 'who', h.who, 'why', h.why, 'detail', h.detail)
                              ORDER BY h.at DESC, h.what), '[]')
      FROM (SELECT e.recorded_at AS at, 'first said' AS what, NULL::text AS who, NULL::text AS why,
                   (SELECT p.title FROM dbo.entity_mention m JOIN sem.source_page p USING (source_page_id, tenant_id)
                     WHERE m.entity_id = e.entity_id AND m.tenant_id = e.tenant_id ORDER BY m.recorded_at, m.mention_id LIMIT 1) AS detail
              FROM dbo.dim_entity e WHERE e.entity_id = p_entity_id AND e.tenant_id = p_tenant_id
            UNION ALL
            SELECT k.at, k.what, k.who, k.why,
                   (SELECT string_agg(d.entity_name, ', ' ORDER BY d.entity_id) FROM dbo.dim_entity d
                     WHERE d.entity_id = ANY (m.master_id || m.duplicate_ids) AND d.tenant_id = p_tenant_id)
              FROM dbo.entity_merge m
              CROSS JOIN LATERAL (VALUES (m.merged_at, 'merged', m.actor, m.reason),
                                         (m.undone_at, 'merge taken back', m.undone_by, NULL)) k(at, what, who, why)
             WHERE m.tenant_id = p_tenant_id AND k.at IS NOT NULL
               AND (m.master_id = p_entity_id OR p_entity_id = ANY (m.duplicate_ids))) h
$$;
