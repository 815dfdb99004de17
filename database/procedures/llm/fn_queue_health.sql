-- What is unhealthy about the queue, a row a check: late jobs, dead letters, leases that ended with nobody to release
-- them, pauses, spending limits that are reached, endpoints that fail. p_limits and the columns are those of llm.fn_health. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_queue_health(p_limits jsonb)
RETURNS TABLE ("check" text, severity text, message text, remedy text, figure jsonb)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH late AS (
        SELECT count(*) AS jobs, date_trunc('second', max(clock_timestamp() - j.due_at)) AS lateness
          FROM llm.job j JOIN llm.tenant t USING (tenant_id) LEFT JOIN llm.job_type_control c USING (job_type)
         WHERE j.status IN ('NEW', 'FAILED') AND j.available_at <= clock_timestamp() AND t.paused_at IS NULL AND c.paused_at IS NULL
           AND (t.spending_held_until IS NULL OR t.spending_held_until <= clock_timestamp())
           AND clock_timestamp() - j.due_at > greatest(j.due_at - j.enqueued_at,
                                           make_interval(secs => coalesce((p_limits ->> 'late_seconds')::double precision, 60)))
    ), dead AS (
        SELECT coalesce(sum(r.jobs), 0) AS jobs, string_agg(format('%s × %s', r.jobs, r.reason), '; ' ORDER BY r.jobs DESC, r.reason)
                   FILTER (WHERE r.place <= 3) AS most,
               coalesce(jsonb_object_agg(r.reason, r.jobs) FILTER (WHERE r.place <= 20), '{}') AS reasons
          FROM (SELECT v.reason, count(*) AS jobs, row_number() OVER (ORDER BY count(*) DESC, v.reason) AS place
                  FROM (SELECT left(coalesce(d.reason, 'no reason'), 200) AS reason FROM llm.vw_dead_letter d) v
                 GROUP BY v.reason) r
    ), expired AS (
        SELECT count(*) AS jobs, date_trunc('second', max(clock_timestamp() - j.lease_until)) AS since,
               array_agg(DISTINCT j.worker_id) AS workers
          FROM llm.job j
         WHERE j.status = 'RUNNING' AND clock_timestamp() - j.lease_until
               > make_interval(secs => coalesce((p_limits ->> 'lease_seconds')::double precision, 60))
    ), pause AS (
        SELECT 'type ' || c.job_type AS what, c.paused_at, c.paused_reason, 'almagest queue resume ' || c.job_type AS command,
               (SELECT count(*) FROM llm.job j WHERE j.job_type = c.job_type AND j.status <> 'RUNNING') AS jobs
          FROM llm.job_type_control c WHERE c.paused_at IS NOT NULL
        UNION ALL
        SELECT 'tenant ' || t.name, t.paused_at, t.paused_reason, 'almagest queue resume --all --tenant ' || quote_literal(t.name),
               (SELECT count(*) FROM llm.job j WHERE j.tenant_id = t.tenant_id AND j.status <> 'RUNNING')
          FROM llm.tenant t WHERE t.paused_at IS NOT NULL
    ), pauses AS (
        SELECT count(*) AS pauses,
               string_agg(format('%s since %s%s: %s jobs wait', p.what, to_char(p.paused_at, 'YYYY-MM-DD HH24:MI'),
                                 coalesce(' (' || p.paused_reason || ')', ''), p.jobs), '; ' ORDER BY p.what) AS message,
               string_agg(p.command, '; ' ORDER BY p.what) AS remedy,
               coalesce(jsonb_agg(jsonb_build_object('what', p.what, 'since', p.paused_at, 'reason', p.paused_reason, 'jobs', p.jobs)
                                  ORDER BY p.what), '[]') AS list
          FROM pause p
    ), spending AS (
        SELECT count(*) FILTER (WHERE s.held_until IS NOT NULL) AS held,
               string_agg(format('tenant %s: %s; %s jobs wait until %s', s.tenant, s.held_reason, s.waiting,
                                 to_char(s.held_until AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')), '; ' ORDER BY s.tenant)
                   FILTER (WHERE s.held_until IS NOT NULL) AS message,
               coalesce(jsonb_agg(to_jsonb(s) ORDER BY s.tenant) FILTER (WHERE s.tokens IS NOT NULL OR s.held_until IS NOT NULL), '[]') AS list
          FROM llm.fn_spending(NULL) s
    ), call AS (
        SELECT r.model, r.outcome, r.error, r.finished_at,
               row_number() OVER (PARTITION BY r.model ORDER BY r.finished_at DESC) AS place
          FROM llm.tenant t CROSS JOIN LATERAL (
            SELECT x.model, x.outcome, x.error, x.finished_at FROM llm.run x
             WHERE x.tenant_id = t.tenant_id AND x.outcome NOT IN ('stopped', 'lease_lost', 'abandoned')
               AND x.started_at > clock_timestamp() - make_interval(secs => coalesce((p_limits ->> 'endpoint_seconds')::double precision, 900))) r
    ), endpoint AS (
        SELECT c.model, count(*) AS calls, max(c.finished_at) AS last_at,
               left((array_agg(c.error #>> '{}' ORDER BY c.place))[1], 300) AS last_error
          FROM call c WHERE c.place <= coalesce((p_limits ->> 'endpoint_failures')::integer, 5)
         GROUP BY c.model
        HAVING bool_and(c.outcome = 'model_failed') AND count(*) >= coalesce((p_limits ->> 'endpoint_failures')::integer, 5)
    ), endpoints AS (
        SELECT count(*) AS models,
               string_agg(format('the last %s calls to %s failed, the last one at %s: %s', e.calls, e.model,
                                 to_char(e.last_at, 'HH24:MI:SS'), coalesce(e.last_error, 'no reason given')), '; ' ORDER BY e.model) AS message,
               coalesce(jsonb_agg(jsonb_build_object('model', e.model, 'calls', e.calls, 'last_at', e.last_at) ORDER BY e.model), '[]') AS list
          FROM endpoint e
    )
    SELECT 'queue', CASE WHEN l.jobs > 0 THEN 'unwell' ELSE 'well' END,
           CASE WHEN l.jobs > 0 THEN format('%s jobs wait for longer than twice their slack, the oldest %s past its deadline', l.jobs, l.lateness)
                ELSE 'no job waits for too long' END,
           CASE WHEN l.jobs > 0 THEN 'start a runner, or one more: almagest work' END,
           jsonb_build_object('jobs', l.jobs, 'seconds', extract(epoch FROM l.lateness)::bigint) FROM late l
    UNION ALL
    SELECT 'dead letters', CASE WHEN d.jobs > 0 THEN 'unwell' ELSE 'well' END,
           CASE WHEN d.jobs > 0 THEN format('%s jobs gave up: %s', d.jobs, d.most) ELSE 'none' END,
           CASE WHEN d.jobs > 0 THEN 'see them with almagest jobs list --status DEADLETTER, mend the cause, then almagest jobs retry --dead' END,
           jsonb_build_object('jobs', d.jobs, 'reasons', d.reasons) FROM dead d
    UNION ALL
    SELECT 'leases', CASE WHEN x.jobs > 0 THEN 'unwell' ELSE 'well' END,
           CASE WHEN x.jobs > 0 THEN format('%s running jobs lost their worker, one %s ago, and nobody takes them over', x.jobs, x.since)
                ELSE 'every running job has a worker' END,
           CASE WHEN x.jobs > 0 THEN 'start a runner, which releases them: almagest work' END,
           jsonb_build_object('jobs', x.jobs, 'workers', to_jsonb(x.workers)) FROM expired x
    UNION ALL
    SELECT 'pauses', CASE WHEN p.pauses > 0 THEN 'notice' ELSE 'well' END, coalesce(p.message, 'nothing is paused'), p.remedy,
           jsonb_build_object('pauses', p.list) FROM pauses p
    UNION ALL
    SELECT 'spending', CASE WHEN s.held > 0 THEN 'notice' ELSE 'well' END, coalesce(s.message, 'no limit of the day is reached'),
           CASE WHEN s.held > 0 THEN 'it goes on then by itself, or now: raise limits.tokens_per_day or limits.cost_per_day and start almagest run or work' END,
           jsonb_build_object('tenants', s.list) FROM spending s
    UNION ALL
    SELECT 'endpoint', CASE WHEN e.models > 0 THEN 'unwell' ELSE 'well' END, coalesce(e.message, 'no row of failed calls to a model'),
           CASE WHEN e.models > 0 THEN 'check llm.endpoint, its key and its quota; runners ask it again by themselves, ever less often' END,
           jsonb_build_object('failing', e.list) FROM endpoints e
$$;
