-- Notes pairs of entities that may be one, for the audit to decide: same name and clashing types (homonym), and
-- another name of one that is the name of the other (alias). Merged rows count as their
-- masters. Known pairs stay as they are, decided ones too.
-- p_name_ids: the names to look at. Writes dbo.entity_dedupe_candidate. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_note_dedupe_candidates(p_tenant_id integer, p_name_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan -- planning takes ten times as long as the work
AS $$
BEGIN
    -- Name by name, each in an order that one index alone has: so each is a look-up by key, however small the tables were when this was planned.
    INSERT INTO dbo.entity_dedupe_candidate (tenant_id, first_entity_id, second_entity_id, reason, similarity)
    SELECT p_tenant_id, p.first_id, p.second_id, p.reason, p.similarity
      FROM (SELECT least(a.entity_id, b.entity_id) AS first_id, greatest(a.entity_id, b.entity_id) AS second_id, 'homonym' AS reason, 1.0 AS similarity
              FROM unnest(p_name_ids) n(name_id)
             CROSS JOIN LATERAL (SELECT array_agg(o.entity_id) AS entity_ids
                                   FROM (SELECT coalesce(e.merged_into_id, e.entity_id) AS entity_id FROM dbo.dim_entity e
                                          WHERE e.tenant_id = p_tenant_id AND e.name_id = n.name_id AND e.type_key IS NOT NULL ORDER BY e.type_key OFFSET 0) o
                                 HAVING count(*) > 1) s
             CROSS JOIN LATERAL unnest(s.entity_ids) a(entity_id)
             CROSS JOIN LATERAL unnest(s.entity_ids) b(entity_id)
            UNION
            SELECT least(m.entity_id, e.entity_id), greatest(m.entity_id, e.entity_id), 'alias', NULL
              FROM unnest(p_name_ids) n(name_id)
             CROSS JOIN LATERAL (SELECT x.entity_id FROM dbo.entity_mention x
                                  WHERE x.name_id BETWEEN n.name_id AND n.name_id AND x.alias_of IS NOT NULL AND x.tenant_id = p_tenant_id
                                  ORDER BY x.name_id OFFSET 0) m
             CROSS JOIN LATERAL (SELECT coalesce(d.merged_into_id, d.entity_id) AS entity_id FROM dbo.dim_entity d
                                  WHERE d.tenant_id = p_tenant_id AND d.name_id = n.name_id AND d.entity_id <> m.entity_id ORDER BY d.type_key OFFSET 0) e) p
     WHERE p.first_id < p.second_id
     ORDER BY p.first_id, p.second_id, p.reason
    ON CONFLICT DO NOTHING;
END $$;
