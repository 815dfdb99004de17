-- Notes pairs of entities that may be one, for the audit to decide: same name and clashing types (homonym), and
-- another name of one that is the name of the other (alias). Merged rows count as their
-- masters. Known pairs stay as they are, decided ones too.
-- p_name_ids: the names to look at. Writes dbo.entity_dedupe_candidate. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_note_dedupe_candidates(p_tenant_id integer, p_name_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO dbo.entity_dedupe_candidate (tenant_id, first_entity_id, second_entity_id, reason, similarity)
    SELECT p_tenant_id, p.first_id, p.second_id, p.reason, p.similarity
      FROM (SELECT least(coalesce(a.merged_into_id, a.entity_id), coalesce(b.merged_into_id, b.entity_id)) AS first_id,
                   greatest(coalesce(a.merged_into_id, a.entity_id), coalesce(b.merged_into_id, b.entity_id)) AS second_id,
                   'homonym' AS reason, 1.0 AS similarity
              FROM dbo.dim_entity a
              JOIN dbo.dim_entity b ON b.name_id = a.name_id AND b.tenant_id = a.tenant_id AND b.entity_id > a.entity_id
             WHERE a.tenant_id = p_tenant_id AND a.name_id = ANY (p_name_ids)
               AND a.type_key IS NOT NULL AND b.type_key IS NOT NULL
            UNION
            SELECT least(m.entity_id, coalesce(e.merged_into_id, e.entity_id)),
                   greatest(m.entity_id, coalesce(e.merged_into_id, e.entity_id)), 'alias', NULL
              FROM dbo.entity_mention m
              JOIN dbo.dim_entity e ON e.name_id = m.name_id AND e.tenant_id = m.tenant_id AND e.entity_id <> m.entity_id
             WHERE m.tenant_id = p_tenant_id AND m.name_id = ANY (p_name_ids) AND m.alias_of IS NOT NULL) p
     WHERE p.first_id < p.second_id
     ORDER BY p.first_id, p.second_id, p.reason
    ON CONFLICT DO NOTHING;
END $$;
