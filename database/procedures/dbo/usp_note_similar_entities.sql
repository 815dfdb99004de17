-- Notes pairs that an audit found, for a model or a person to decide, and enqueues an entity_dedupe job for each open one if
-- such a job type is registered. Known pairs get the new explanation; what is decided stays decided.
-- p_pairs: array of {first_entity_id, second_entity_id, similarity, explanation}; first < second.
-- Returns how many pairs were new, how many jobs were, and whether there is such a job type.
-- Writes dbo.entity_dedupe_candidate, llm.job. AL003: a pair is not of this shape; AL004: unknown tenant.
CREATE OR REPLACE FUNCTION dbo.usp_note_similar_entities(p_tenant_id integer, p_pairs jsonb,
    OUT noted integer, OUT enqueued integer, OUT has_job_type boolean)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_payloads jsonb[];
    v_keys text[];
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    IF jsonb_typeof(p_pairs) IS DISTINCT FROM 'array' OR EXISTS (
        SELECT FROM jsonb_array_elements(p_pairs) p(pair)
         WHERE NOT coalesce((p.pair ->> 'first_entity_id')::bigint < (p.pair ->> 'second_entity_id')::bigint, false)) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = 'pairs: must be an array of {first_entity_id, second_entity_id, …}, first < second';
    END IF;
    WITH written AS (
        INSERT INTO dbo.entity_dedupe_candidate AS c (tenant_id, first_entity_id, second_entity_id, reason, similarity, explanation)
        SELECT p_tenant_id, p.first_entity_id, p.second_entity_id, 'similar', p.similarity, p.explanation
          FROM jsonb_to_recordset(p_pairs) p(first_entity_id bigint, second_entity_id bigint, similarity double precision, explanation jsonb)
          JOIN dbo.dim_entity a ON a.entity_id = p.first_entity_id AND a.tenant_id = p_tenant_id AND a.merged_into_id IS NULL
          JOIN dbo.dim_entity b ON b.entity_id = p.second_entity_id AND b.tenant_id = p_tenant_id AND b.merged_into_id IS NULL
         ORDER BY p.first_entity_id, p.second_entity_id
        ON CONFLICT (first_entity_id, second_entity_id, reason, tenant_id) DO UPDATE
           SET similarity = EXCLUDED.similarity, explanation = EXCLUDED.explanation
         WHERE c.status = 'open' AND (c.similarity, c.explanation) IS DISTINCT FROM (EXCLUDED.similarity, EXCLUDED.explanation)
        RETURNING c.xmax = 0 AS is_new)
    SELECT count(*) FILTER (WHERE w.is_new) INTO noted FROM written w;

    has_job_type := EXISTS (SELECT FROM llm.job_type t WHERE t.job_type = 'entity_dedupe' AND t.is_active);
    enqueued := 0;
    IF has_job_type THEN
        SELECT array_agg(jsonb_build_object('first_entity_id', c.first_entity_id, 'second_entity_id', c.second_entity_id,
                                            'explanation', c.explanation) ORDER BY c.first_entity_id, c.second_entity_id),
               array_agg(format('entity_dedupe:%s:%s:%s', p_tenant_id, c.first_entity_id, c.second_entity_id)
                         ORDER BY c.first_entity_id, c.second_entity_id)
          INTO v_payloads, v_keys
          FROM jsonb_to_recordset(p_pairs) p(first_entity_id bigint, second_entity_id bigint)
          JOIN dbo.entity_dedupe_candidate c ON c.first_entity_id = p.first_entity_id AND c.second_entity_id = p.second_entity_id
           AND c.reason = 'similar' AND c.tenant_id = p_tenant_id AND c.status = 'open';
        IF v_payloads IS NOT NULL THEN
            SELECT count(*) FILTER (WHERE j.is_new) INTO enqueued
              FROM llm.usp_enqueue_many(p_tenant_id, 'entity_dedupe', NULL, v_payloads, NULL, NULL, v_keys, NULL, NULL) j;
        END IF;
    END IF;
END $$;
