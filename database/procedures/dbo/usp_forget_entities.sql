-- What becomes of entities when a page's mentions have gone: types that nobody says any more fall back, rows that nothing
-- mentions go away or retire, the rest is computed anew from what other pages say; pairs for the audit follow.
-- p_entity_ids: those the page mentioned; p_name_ids: the names it mentioned. OUT gone, retired: how many went and how many
-- retired; answers, artifacts: of the jobs that asked about pairs of theirs, which follow too (llm.usp_forget_pair_jobs).
-- Writes what dbo.usp_move_mentions, dbo.usp_drop_unmentioned_entities and llm.usp_forget_pair_jobs write. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_forget_entities(p_tenant_id integer, p_entity_ids bigint[], p_name_ids bigint[], p_forgetting_id bigint,
    OUT gone integer, OUT retired integer, OUT answers integer, OUT artifacts text[])
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_before bigint[];
    v_all bigint[];
    v_pairs bigint[][];
BEGIN
    v_before := ARRAY(SELECT unnest(p_entity_ids)
        UNION SELECT e.entity_id FROM dbo.dim_entity e WHERE e.tenant_id = p_tenant_id AND e.name_id = ANY (p_name_ids));
    v_pairs := (SELECT array_agg(ARRAY[c.first_entity_id, c.second_entity_id]) FROM dbo.entity_dedupe_candidate c
        WHERE c.reason = 'similar' AND c.tenant_id = p_tenant_id AND (c.first_entity_id = ANY (v_before) OR c.second_entity_id = ANY (v_before)));
    v_all := v_before || dbo.usp_untype_entities(p_tenant_id, p_name_ids);
    SELECT d.retired INTO retired FROM dbo.usp_drop_unmentioned_entities(p_tenant_id, v_all, p_forgetting_id) d;
    DELETE FROM dbo.entity_dedupe_candidate c
     WHERE c.tenant_id = p_tenant_id AND c.status = 'open' AND (c.first_entity_id = ANY (v_all) OR c.second_entity_id = ANY (v_all))
       AND (c.reason = 'alias' OR c.reason = 'homonym' AND EXISTS (SELECT FROM dbo.dim_entity e
             WHERE e.entity_id IN (c.first_entity_id, c.second_entity_id) AND e.tenant_id = c.tenant_id AND e.type_key IS NULL));
    PERFORM dbo.usp_derive_entities(p_tenant_id, v_all);
    PERFORM dbo.usp_note_dedupe_candidates(p_tenant_id, ARRAY(
        SELECT unnest(p_name_ids)
        UNION SELECT e.name_id FROM dbo.dim_entity e WHERE e.entity_id = ANY (v_all) AND e.tenant_id = p_tenant_id
        UNION SELECT m.name_id FROM dbo.entity_mention m WHERE m.entity_id = ANY (v_all) AND m.tenant_id = p_tenant_id AND m.alias_of IS NOT NULL));
    answers := 0;
    artifacts := '{}';
    IF v_pairs IS NOT NULL THEN
        SELECT f.answers, f.artifacts INTO answers, artifacts
          FROM (SELECT array_agg(format('entity_dedupe:%s:%s:%s', p_tenant_id, p.first_id, p.second_id)) AS keys, array_agg(
                    (SELECT count(*) FROM dbo.dim_entity e WHERE e.entity_id IN (p.first_id, p.second_id) AND e.tenant_id = p_tenant_id) < 2) AS is_gone
                  FROM (SELECT v_pairs[n][1] AS first_id, v_pairs[n][2] AS second_id FROM generate_subscripts(v_pairs, 1) n) p) k
         CROSS JOIN LATERAL llm.usp_forget_pair_jobs(p_tenant_id, k.keys, k.is_gone) f;
    END IF;
    gone := (SELECT count(*) FROM unnest(v_before) b(id)
              WHERE NOT EXISTS (SELECT FROM dbo.dim_entity e WHERE e.entity_id = b.id AND e.tenant_id = p_tenant_id));
END $$;
