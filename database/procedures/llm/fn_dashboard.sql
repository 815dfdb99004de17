-- How a tenant's work stands, as JSON: {"queue":[a row a job type], "days":[{day, runs, failed, prompt_tokens, completion_tokens,
-- cost}] of the last p_days (1 to 90) UTC days, "models":[{model, runs, …}] of those days, "outcomes":[{outcome, runs}] of them,
-- "knowledge":{pages, entities:{state: n}, relations:{state: n}}, "thresholds":[…]}. Writes nothing. AL005.
CREATE OR REPLACE FUNCTION llm.fn_dashboard(p_tenant_id integer, p_days integer DEFAULT 14) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public
SET jit = off -- short arrays are planned as long ones; compiling for them costs more than all the rest
AS $$
DECLARE
    v_from date := (now() AT TIME ZONE 'UTC')::date - (p_days - 1);
    v_result jsonb;
BEGIN
    IF p_days IS NULL OR p_days NOT BETWEEN 1 AND 90 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('%s days are not between 1 and 90', p_days);
    END IF;
    WITH run AS MATERIALIZED (
        SELECT (r.started_at AT TIME ZONE 'UTC')::date AS day, r.model, coalesce(r.outcome, 'running') AS outcome, r.from_cache,
               count(*) AS runs, sum(r.prompt_tokens) AS prompt_tokens, sum(r.completion_tokens) AS completion_tokens,
               sum(r.duration_ms) AS duration_ms, sum(r.cost) AS cost
          FROM llm.run r WHERE r.tenant_id = p_tenant_id AND r.started_at >= v_from::timestamp AT TIME ZONE 'UTC'
         GROUP BY 1, 2, 3, 4
    )
    SELECT jsonb_build_object(
        'queue', (SELECT coalesce(jsonb_agg(jsonb_build_object('job_type', q.job_type, 'waiting', q.waiting, 'running', q.running,
                            'failed', q.failed, 'late', q.late, 'held', q.held, 'dead', q.dead, 'done_last_hour', q.done_last_hour,
                            'oldest_seconds', extract(epoch FROM q.oldest_age)::bigint, 'paused', q.paused_at IS NOT NULL)
                            ORDER BY q.job_type), '[]')
                    FROM llm.vw_queue_by_type q WHERE q.tenant_id = p_tenant_id),
        'days', (SELECT jsonb_agg(jsonb_build_object('day', d.day::date, 'runs', coalesce(s.runs, 0), 'failed', coalesce(s.failed, 0),
                            'prompt_tokens', coalesce(s.prompt_tokens, 0), 'completion_tokens', coalesce(s.completion_tokens, 0),
                            'cost', coalesce(s.cost, 0)) ORDER BY d.day)
                   FROM generate_series(v_from, v_from + (p_days - 1), interval '1 day') d(day)
                   LEFT JOIN (SELECT r.day, sum(r.runs) AS runs,
                                     sum(r.runs) FILTER (WHERE r.outcome NOT IN ('succeeded', 'running')) AS failed,
                                     sum(r.prompt_tokens) AS prompt_tokens, sum(r.completion_tokens) AS completion_tokens,
                                     sum(r.cost) AS cost FROM run r GROUP BY r.day) s ON s.day = d.day::date),
        'models', (SELECT coalesce(jsonb_agg(to_jsonb(m) ORDER BY m.runs DESC, m.model), '[]')
                     FROM (SELECT r.model, sum(r.runs) AS runs, coalesce(sum(r.runs) FILTER (WHERE r.from_cache), 0) AS from_cache,
                                  coalesce(sum(r.prompt_tokens), 0) AS prompt_tokens,
                                  coalesce(sum(r.completion_tokens), 0) AS completion_tokens,
                                  coalesce(sum(r.duration_ms), 0) AS duration_ms, coalesce(sum(r.cost), 0) AS cost
                             FROM run r GROUP BY r.model) m),
        'outcomes', (SELECT coalesce(jsonb_agg(to_jsonb(o) ORDER BY o.runs DESC, o.outcome), '[]')
                       FROM (SELECT r.outcome, sum(r.runs) AS runs FROM run r GROUP BY r.outcome) o),
        'knowledge', jsonb_build_object(
            'pages', (SELECT count(*) FROM sem.source_page p WHERE p.tenant_id = p_tenant_id),
            'entities', (SELECT coalesce(jsonb_object_agg(e.promotion_state, e.n), '{}')
                           FROM (SELECT d.promotion_state, count(*) AS n FROM dbo.dim_entity d
                                  WHERE d.tenant_id = p_tenant_id GROUP BY d.promotion_state) e),
            'relations', (SELECT coalesce(jsonb_object_agg(r.promotion_state, r.n), '{}')
                            FROM (SELECT b.promotion_state, count(*) AS n FROM dbo.bridge_entity_relation b
                                   WHERE b.tenant_id = p_tenant_id GROUP BY b.promotion_state) r)),
        'thresholds', (SELECT coalesce(jsonb_agg(jsonb_build_object('item_type', t.item_type, 'auto_promote', t.auto_promote,
                                'manual_review', t.manual_review) ORDER BY t.item_type), '[]')
                         FROM dbo.governance_threshold t WHERE t.tenant_id = p_tenant_id)) INTO v_result;
    RETURN v_result;
END $$;
