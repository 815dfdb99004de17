-- Moves pairs for the audit from duplicates to their master, for a merge: a pair of what is one now is decided; where two
-- pairs fall together one stays, and "distinct" said of either holds. What changes is kept under the merge.
-- Writes dbo.entity_dedupe_candidate, dbo.entity_merge_row.
CREATE OR REPLACE FUNCTION dbo.usp_move_dedupe_candidates(p_tenant_id integer, p_merge_id bigint, p_master_id bigint,
    p_duplicate_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_taken dbo.entity_dedupe_candidate[];
    v_joined dbo.entity_dedupe_candidate[];
BEGIN
    WITH taken AS (
        DELETE FROM dbo.entity_dedupe_candidate c
         WHERE c.tenant_id = p_tenant_id
           AND (c.first_entity_id = ANY (p_duplicate_ids) OR c.second_entity_id = ANY (p_duplicate_ids))
        RETURNING c)
    SELECT array_agg(t.c) INTO v_taken FROM taken t;
    IF v_taken IS NULL THEN
        RETURN;
    END IF;
    SELECT array_agg(ROW(p_tenant_id, j.first_id, j.second_id, j.reason, j.similarity, j.status, j.recorded_at,
                         j.explanation, j.decision, j.pair_id)::dbo.entity_dedupe_candidate ORDER BY j.first_id, j.second_id, j.reason)
      INTO v_joined
      FROM (SELECT CASE WHEN x.a = x.b THEN t.first_entity_id ELSE least(x.a, x.b) END AS first_id,
                   CASE WHEN x.a = x.b THEN t.second_entity_id ELSE greatest(x.a, x.b) END AS second_id, t.reason,
                   max(t.similarity) AS similarity, min(t.recorded_at) AS recorded_at, min(t.pair_id) AS pair_id,
                   CASE WHEN bool_or(x.a = x.b) THEN 'merged' WHEN bool_or(t.status = 'distinct') THEN 'distinct'
                        ELSE min(t.status) END AS status,
                   (array_agg(t.explanation ORDER BY t.recorded_at, t.first_entity_id, t.second_entity_id))[1] AS explanation,
                   (array_agg(t.decision ORDER BY t.decision IS NULL, t.recorded_at, t.first_entity_id, t.second_entity_id))[1] AS decision
              FROM unnest(v_taken) t
             CROSS JOIN LATERAL (SELECT CASE WHEN t.first_entity_id = ANY (p_duplicate_ids) THEN p_master_id ELSE t.first_entity_id END AS a,
                                        CASE WHEN t.second_entity_id = ANY (p_duplicate_ids) THEN p_master_id ELSE t.second_entity_id END AS b) x
             GROUP BY 1, 2, 3) j;

    INSERT INTO dbo.entity_merge_row (merge_id, tenant_id, table_name, row_key, before)
    SELECT p_merge_id, p_tenant_id, 'dbo.entity_dedupe_candidate',
           format('%s:%s:%s', k.first_entity_id, k.second_entity_id, k.reason), to_jsonb(k)
      FROM (SELECT t.* FROM unnest(v_taken) t
            UNION ALL
            SELECT c.* FROM unnest(v_joined) j JOIN dbo.entity_dedupe_candidate c ON c.first_entity_id = j.first_entity_id
               AND c.second_entity_id = j.second_entity_id AND c.reason = j.reason AND c.tenant_id = p_tenant_id) k;
    WITH written AS (
        INSERT INTO dbo.entity_dedupe_candidate AS c SELECT j.* FROM unnest(v_joined) j
        ON CONFLICT (first_entity_id, second_entity_id, reason, tenant_id) DO UPDATE
           SET status = CASE WHEN 'distinct' IN (c.status, EXCLUDED.status) THEN 'distinct' ELSE c.status END,
               similarity = greatest(c.similarity, EXCLUDED.similarity)
        RETURNING c.*)
    INSERT INTO dbo.entity_merge_row (merge_id, tenant_id, table_name, row_key, after)
    SELECT p_merge_id, p_tenant_id, 'dbo.entity_dedupe_candidate',
           format('%s:%s:%s', w.first_entity_id, w.second_entity_id, w.reason), to_jsonb(w)
      FROM written w
    ON CONFLICT (merge_id, table_name, row_key, tenant_id) DO NOTHING;
END $$;
