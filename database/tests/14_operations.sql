BEGIN;
SELECT plan(52);
CREATE TEMP TABLE t AS SELECT llm.usp_ensure_tenant('operations') AS id;
CREATE TEMP TABLE pg AS SELECT tap.page(t.id, x.locator, 'Text of ' || x.locator) AS page_id, x.locator
  FROM t, (VALUES ('/wiki/a_b.html'), ('/wiki/aXb.html'), ('/blog/c%.html')) x(locator);
CREATE TEMP TABLE j AS SELECT e.job_id, pg.locator FROM t, pg, LATERAL llm.usp_enqueue_job(t.id, 'page_classification', NULL, pg.page_id,
    NULL, NULL, NULL, NULL, NULL) e ORDER BY pg.page_id;

-- Pausing types and tenants, caps and shares.
SELECT ok(llm.usp_pause_type('page_classification', 'the prompt is being mended'), 'a type can be paused');
SELECT ok(NOT llm.usp_pause_type('page_classification', 'still'), 'pausing it again is no change');
SELECT is((SELECT paused_reason FROM llm.job_type_control WHERE job_type = 'page_classification'), 'still', 'but the reason given last counts');
SELECT is((SELECT (paused_at IS NOT NULL) || ' ' || paused_reason FROM t JOIN llm.vw_queue_depth d ON d.tenant_id = t.id), 'true still',
    'the depth of the queue shows it');
SELECT ok(llm.usp_resume_type('page_classification'), 'a paused type can be resumed');
SELECT ok(NOT llm.usp_resume_type('page_classification'), 'resuming it again is no change');
SELECT throws_ok($$SELECT llm.usp_pause_type('nonsense', 'x')$$, 'AL002', NULL, 'an unknown type cannot be paused');
SELECT throws_ok($$SELECT llm.usp_resume_type(NULL)$$, 'AL002', NULL, 'nor resumed');
SELECT ok(llm.usp_pause_tenant(id, 'has not paid'), 'a tenant can be paused') FROM t;
SELECT is((SELECT paused_reason || ' ' || tenant_is_paused FROM t JOIN llm.vw_queue_by_type q ON q.tenant_id = t.id), 'has not paid true',
    'which its types show');
SELECT ok(llm.usp_resume_tenant(id), 'and resumed') FROM t;
SELECT ok(NOT llm.usp_resume_tenant(id), 'once') FROM t;
SELECT throws_ok($$SELECT llm.usp_pause_tenant(-1, 'x')$$, 'AL004', NULL, 'an unknown tenant cannot be paused');
SELECT throws_ok($$SELECT llm.usp_resume_tenant(-1)$$, 'AL004', NULL, 'nor resumed');
SELECT is(llm.usp_set_type_cap('page_classification', 3)::text, '', 'a type can be capped');
SELECT is((SELECT max_running FROM t JOIN llm.vw_queue_by_type q ON q.tenant_id = t.id), 3, 'which is shown');
SELECT is(llm.usp_set_type_cap('page_classification', NULL)::text, '', 'and uncapped');
SELECT is((SELECT max_running FROM t JOIN llm.vw_queue_by_type q ON q.tenant_id = t.id), NULL, 'then nothing is shown');
SELECT throws_ok($$SELECT llm.usp_set_type_cap('page_classification', 0)$$, 'AL005', NULL, 'a cap of nothing is refused');
SELECT throws_ok($$SELECT llm.usp_set_type_cap('nonsense', 1)$$, 'AL002', NULL, 'so is one for an unknown type');
SELECT is((SELECT llm.usp_set_tenant_share(id, 2.5, 7)::text FROM t), '', 'a tenant''s share can be set');
SELECT is((SELECT llm.usp_set_tenant_share(id, NULL, NULL)::text FROM t), '', 'nulls');
SELECT is((SELECT (weight, max_running)::text FROM llm.tenant JOIN t ON t.id = tenant_id), '(2.5,7)', 'keep what is set');
SELECT is((SELECT llm.usp_set_tenant_share(id, NULL, 0)::text FROM t), '', 'zero');
SELECT is((SELECT max_running FROM llm.tenant JOIN t ON t.id = tenant_id), NULL, 'takes the limit away');
SELECT throws_ok($$SELECT llm.usp_set_tenant_share(id, -1, NULL) FROM t$$, 'AL005', NULL, 'a negative weight is refused');
SELECT throws_ok($$SELECT llm.usp_set_tenant_share(id, 'NaN', NULL) FROM t$$, 'AL005', NULL, 'so is one that is no number');
SELECT throws_ok($$SELECT llm.usp_set_tenant_share(id, NULL, -1) FROM t$$, 'AL005', NULL, 'so is a negative limit');
SELECT throws_ok($$SELECT llm.usp_set_tenant_share(-1, 1, NULL)$$, 'AL004', NULL, 'so is an unknown tenant');
SELECT is(llm.fn_tenant_id('operations'), (SELECT id FROM t), 'a tenant is found by name');
SELECT throws_ok($$SELECT llm.fn_tenant_id('no such tenant')$$, 'AL004', NULL, 'and not made');

-- Bumping.
SELECT is((SELECT bumped FROM t, llm.usp_bump_jobs(t.id, NULL, NULL, '/wiki/a_b*', 80, NULL, 100)), 1,
    'a pattern''s "_" stands for itself and its "*" for any text');
SELECT is((SELECT array_agg(l.locator || ' ' || j.priority || ' ' || (j.due_at - j.enqueued_at) ORDER BY l.job_id) FROM llm.job j JOIN j l USING (job_id)
            WHERE j.priority <> 50), ARRAY['/wiki/a_b.html 80 00:07:30'], 'a bumped job has the deadline of its new priority');
SELECT is((SELECT bumped FROM t, llm.usp_bump_jobs(t.id, NULL, NULL, '/blog/c%.html', 40, NULL, 100)), 1, '"%" stands for itself too');
SELECT is((SELECT (bumped, last_job_id)::text FROM t, llm.usp_bump_jobs(t.id, NULL, 'page_classification', NULL, 60, NULL, 2)),
    (SELECT format('(2,%s)', (array_agg(job_id ORDER BY job_id))[2]) FROM j), 'a step is as long as it may be');
SELECT is((SELECT bumped FROM t, llm.usp_bump_jobs(t.id, NULL, 'page_classification', NULL, 60, (SELECT (array_agg(job_id ORDER BY job_id))[2] FROM j), 2)), 1,
    'the next goes on after it');
SELECT throws_ok($$SELECT llm.usp_bump_jobs(id, NULL, NULL, NULL, 60, NULL, 2) FROM t$$, 'AL005', NULL, 'bumping everything must be said');
SELECT throws_ok($$SELECT llm.usp_bump_jobs(id, NULL, 'page_classification', NULL, 101, NULL, 2) FROM t$$, 'AL005', NULL, 'an absurd priority is refused');
SELECT throws_ok($$SELECT llm.usp_bump_jobs(id, NULL, 'nonsense', NULL, 1, NULL, 2) FROM t$$, 'AL002', NULL, 'so is an unknown type');

-- Service level and cancelling.
UPDATE llm.job SET due_at = now() - interval '1 minute' WHERE job_id = (SELECT min(job_id) FROM j);
SELECT is((SELECT array_agg(l.job_id) FROM t JOIN llm.vw_late_job l ON l.tenant_id = t.id), (SELECT ARRAY[min(job_id)] FROM j), 'a job past its deadline is late');
SELECT is((SELECT (waiting, late, service_level_seconds)::text FROM t JOIN llm.vw_queue_by_type q ON q.tenant_id = t.id), '(3,1,3600)', 'and counted as late');
CREATE TEMP TABLE running AS SELECT c.* FROM t, llm.usp_claim_jobs('w', '{page_classification}', 1, NULL, t.id) c;
SELECT is((SELECT (v.tenant, v.job_type, v.worker_id, v.attempts, v.running_for < interval '1 min', v.lease_until > clock_timestamp())::text
             FROM llm.vw_running v JOIN running USING (job_id)),
    (SELECT format('(%s,page_classification,w,1,t,t)', quote_ident(l.name)) FROM t JOIN llm.tenant l ON l.tenant_id = t.id), 'what runs is shown, and where');
SELECT is((SELECT (sum(s.waiting), sum(s.running), sum(s.succeeded), sum(s.dead))::text FROM t JOIN llm.vw_queue_summary_by_source s ON s.tenant_id = t.id),
    (SELECT format('(%s,%s,%s,%s)', count(*) FILTER (WHERE v.status IN ('NEW', 'FAILED')), count(*) FILTER (WHERE v.status = 'RUNNING'),
                   count(*) FILTER (WHERE v.status = 'SUCCEEDED'), count(*) FILTER (WHERE v.status = 'DEADLETTER'))
       FROM t JOIN llm.vw_job v ON v.tenant_id = t.id WHERE v.source_page_id IS NOT NULL), 'every page is shown with its jobs by state');
SELECT is((SELECT (waiting, running)::text FROM t, llm.usp_cancel_jobs(t.id, NULL, 'page_classification', 'Ada', 2)), '(1,1)', 'waiting and running jobs are cancelled, a step of them');
SELECT is((SELECT (waiting, running)::text FROM t, llm.usp_cancel_jobs(t.id, (SELECT array_agg(job_id) FROM j), NULL, 'Ada', 2)), '(1,0)', 'the next goes on');
SELECT throws_ok($$SELECT llm.usp_complete_job(job_id, lease_token, NULL, '{}') FROM running$$, 'AL001', NULL, 'the output of a cancelled job is refused');
SELECT is((SELECT count(*) FROM running, llm.usp_extend_leases(ARRAY[job_id], ARRAY[lease_token])), 0::bigint, 'and its heartbeat');
SELECT is((SELECT DISTINCT reason FROM llm.vw_dead_letter d JOIN t ON t.id = d.tenant_id), 'cancelled by Ada', 'cancelled jobs are dead letters that say by whom');
SELECT is((SELECT llm.usp_retry_dead_letters(id, NULL, NULL) FROM t), 3, 'so that they can be brought back');
SELECT throws_ok($$SELECT llm.usp_cancel_jobs(id, NULL, NULL, 'Ada', 2) FROM t$$, 'AL005', NULL, 'cancelling everything must be said');
SELECT throws_ok($$SELECT llm.usp_cancel_jobs(id, '{1}', NULL, 'Ada', 0) FROM t$$, 'AL005', NULL, 'a step of nothing is refused');
SELECT throws_ok($$SELECT llm.usp_cancel_jobs(-1, '{1}', NULL, 'Ada', 1)$$, 'AL004', NULL, 'so is an unknown tenant');
SELECT * FROM finish();
ROLLBACK;
