-- What was done and learnt for some pages of a tenant (null pages = all of it), as one JSON object; docs/database.md
-- has its members. Entities, relations, events and works are those with evidence on the pages. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_run_summary(p_tenant_id integer, p_source_page_ids bigint[]) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public
SET jit = off -- short arrays are planned as long ones; compiling for them costs more than all the rest
AS $$
    WITH page AS MATERIALIZED (
        SELECT p.source_page_id FROM sem.source_page p
         WHERE p.tenant_id = p_tenant_id AND (p_source_page_ids IS NULL OR p.source_page_id = ANY (p_source_page_ids))
    ), target AS MATERIALIZED (
        SELECT DISTINCT v.target_table, v.target_id FROM page JOIN dbo.evidence v USING (source_page_id)
    ), relation AS MATERIALIZED (
        SELECT r.promotion_state, r.relation_type FROM target t JOIN dbo.bridge_entity_relation r ON r.relation_id = t.target_id
         WHERE t.target_table = 'dbo.bridge_entity_relation' AND r.tenant_id = p_tenant_id
    ), learnt AS MATERIALIZED (
        SELECT l.kind, l.promotion_state, count(*) AS n FROM (
            SELECT 'entities', d.promotion_state FROM target t JOIN dbo.dim_entity d ON d.entity_id = t.target_id
             WHERE t.target_table = 'dbo.dim_entity' AND d.tenant_id = p_tenant_id
            UNION ALL
            SELECT 'events', d.promotion_state FROM target t JOIN dbo.dim_event d ON d.event_id = t.target_id
             WHERE t.target_table = 'dbo.dim_event' AND d.tenant_id = p_tenant_id
            UNION ALL
            SELECT 'works', d.promotion_state FROM target t JOIN dbo.dim_work d ON d.work_id = t.target_id
             WHERE t.target_table = 'dbo.dim_work' AND d.tenant_id = p_tenant_id
            UNION ALL
            SELECT 'relations', r.promotion_state FROM relation r) l(kind, promotion_state)
         GROUP BY l.kind, l.promotion_state
    ), run AS MATERIALIZED (
        SELECT r.* FROM page JOIN llm.run r USING (source_page_id)
    ), states(name) AS (VALUES ('promoted'), ('candidate'), ('suppressed'), ('staged'), ('adjudicated'), ('rejected'))
    SELECT jsonb_build_object(
        'pages', (SELECT count(*) FROM page),
        'chunks', (SELECT count(*) FROM page JOIN vector.chunk c USING (source_page_id) WHERE c.is_current),
        'content_tokens', (SELECT coalesce(sum(c.token_count), 0) FROM page JOIN vector.chunk c USING (source_page_id) WHERE c.is_current),
        'outcomes', (SELECT coalesce(jsonb_object_agg(o.outcome, o.runs), '{}')
                       FROM (SELECT outcome, count(*) AS runs FROM run WHERE outcome IS NOT NULL GROUP BY outcome) o),
        'model_calls', (SELECT count(*) FROM run WHERE NOT from_cache),
        'cached_answers', (SELECT count(*) FROM run WHERE from_cache),
        'prompt_tokens', (SELECT coalesce(sum(prompt_tokens), 0) FROM run),
        'cached_tokens', (SELECT coalesce(sum(cached_tokens), 0) FROM run),
        'completion_tokens', (SELECT coalesce(sum(completion_tokens), 0) FROM run),
        'duration_ms', (SELECT coalesce(sum(duration_ms), 0) FROM run),
        'cost', (SELECT coalesce(sum(cost), 0) FROM run),
        'relation_types', (SELECT coalesce(jsonb_agg(jsonb_build_object('relation_type', t.relation_type, 'count', t.n)
                                                     ORDER BY t.n DESC, t.relation_type), '[]')
                             FROM (SELECT relation_type, count(*) AS n FROM relation GROUP BY relation_type) t),
        'jobs', jsonb_build_object(
            'waiting', (SELECT count(*) FROM page JOIN llm.job j USING (source_page_id) WHERE j.status <> 'RUNNING'),
            'running', (SELECT count(*) FROM page JOIN llm.job j USING (source_page_id) WHERE j.status = 'RUNNING'),
            'succeeded', (SELECT count(*) FROM page JOIN llm.job_history j USING (source_page_id)),
            'dead', (SELECT count(*) FROM page JOIN llm.job_dead_letter j USING (source_page_id))),
        'dead_letters', (SELECT coalesce(jsonb_agg(to_jsonb(d) ORDER BY d.job_id), '[]')
                           FROM (SELECT v.job_id, v.job_type, v.reason FROM page JOIN llm.vw_dead_letter v USING (source_page_id)
                                  ORDER BY v.job_id LIMIT 20) d),
        'refusals', (SELECT coalesce(jsonb_agg(jsonb_build_object('reason', t.reason, 'count', t.n) ORDER BY t.n DESC, t.reason), '[]')
                       FROM (SELECT x.reason, count(*) AS n FROM run JOIN llm.run_refusal x USING (run_id) GROUP BY x.reason) t))
        || (SELECT jsonb_object_agg(k.kind, k.states || jsonb_build_object('total', k.total))
              FROM (SELECT n.kind, (SELECT coalesce(sum(l.n), 0) FROM learnt l WHERE l.kind = n.kind) AS total,
                           jsonb_object_agg(s.name, coalesce(l.n, 0)) AS states
                      FROM (VALUES ('entities'), ('relations'), ('events'), ('works')) n(kind)
                     CROSS JOIN states s
                      LEFT JOIN learnt l ON l.kind = n.kind AND l.promotion_state = s.name
                     GROUP BY n.kind) k)
$$;
