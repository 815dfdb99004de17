-- Who gets the places of a claim: tenants by weight and running jobs, within caps, past pauses.
BEGIN;
SELECT plan(37);
CREATE FUNCTION pg_temp.fill(p_tenant text, p_jobs integer, p_type text DEFAULT 'page_classification', p_priority integer DEFAULT NULL)
RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM llm.usp_enqueue_many(llm.usp_ensure_tenant(p_tenant), p_type, NULL,
        (SELECT array_agg(jsonb_build_object('n', n)) FROM generate_series(1, p_jobs) n), NULL, NULL, NULL, p_priority, NULL)
$$;
-- Claims, and tells how many each tenant got, as 'name=n, …'.
CREATE FUNCTION pg_temp.got(p_limit integer, p_types text[] DEFAULT NULL, p_min_priority integer DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(name || '=' || n, ', ' ORDER BY name), '') FROM (
        SELECT t.name, count(*) AS n FROM llm.usp_claim_jobs('w', p_types, p_limit, NULL, NULL, p_min_priority) c JOIN llm.tenant t USING (tenant_id) GROUP BY t.name) g
$$;
SELECT is((SELECT string_agg(tenant_id || '=' || places, ',' ORDER BY tenant_id) FROM llm.fn_tenant_shares(9, '{1,2,3}', '{0,0,0}', '{1,1,1}', '{9,9,9}')), '1=3,2=3,3=3', 'equal tenants get equal places');
SELECT is((SELECT string_agg(tenant_id || '=' || places, ',' ORDER BY tenant_id) FROM llm.fn_tenant_shares(8, '{1,2}', '{0,0}', '{3,1}', '{9,9}')), '1=6,2=2', 'weights part the places');
SELECT is((SELECT string_agg(tenant_id || '=' || places, ',' ORDER BY tenant_id) FROM llm.fn_tenant_shares(4, '{1,2}', '{6,0}', '{1,1}', '{9,9}')), '2=4', 'who has fewer running catches up first');
SELECT is((SELECT string_agg(tenant_id || '=' || places, ',' ORDER BY tenant_id) FROM llm.fn_tenant_shares(10, '{1,2}', '{0,0}', '{1,1}', '{2,99}')), '1=2,2=8', 'what one has no room for goes to the others');
SELECT is((SELECT string_agg(tenant_id || '=' || places, ',' ORDER BY tenant_id) FROM llm.fn_tenant_shares(2, '{1,2,3}', '{0,0,0}', '{1,1,1}', '{9,9,9}')), '1=1,2=1', 'fractions become whole places');
SELECT is((SELECT sum(places) FROM llm.fn_tenant_shares(7, '{1,2,3,4,5}', '{3,1,4,1,5}', '{0.5,1,2,0.3,1.7}', '{2,1,9,0,3}')), 7::bigint, 'no place is lost');
SELECT is((SELECT sum(places) FROM llm.fn_tenant_shares(70, '{1,2,3}', '{3,1,4}', '{0.5,1,2}', '{2,1,9}')), 12::bigint, 'and none invented');

SELECT pg_temp.fill('big', 90), pg_temp.fill('small', 10), pg_temp.fill('tiny', 2);
SELECT is(pg_temp.got(9), 'big=4, small=3, tiny=2', 'a tenant with most of the jobs gets no more than its share; places that nobody needs go round again');
UPDATE llm.tenant SET weight = 3 WHERE name = 'big';
SELECT is(pg_temp.got(9), 'big=8, small=1', 'a weight of three makes up for what runs');
UPDATE llm.tenant SET paused_at = now() WHERE name = 'big';
SELECT is(pg_temp.got(3), 'small=3', 'a paused tenant gets nothing');
UPDATE llm.tenant SET paused_at = NULL, max_running = 14 WHERE name = 'big';
SELECT is(pg_temp.got(50), 'big=2, small=3', 'a capped tenant runs no more than its cap');
SELECT is(pg_temp.got(50), '', 'and then nothing');
DELETE FROM llm.job;
UPDATE llm.tenant SET max_running = NULL, weight = 1;

SELECT pg_temp.fill('big', 20), pg_temp.fill('big', 20, 'entity_extraction');
INSERT INTO llm.job_type_control (job_type, max_running) VALUES ('page_classification', 5);
SELECT is((SELECT string_agg(job_type || '=' || n, ',' ORDER BY job_type) FROM (SELECT job_type, count(*) n FROM llm.usp_claim_jobs('w', NULL, 30, NULL, NULL) GROUP BY 1) g),
    'entity_extraction=10,page_classification=5', 'a capped type runs no more than its cap');
SELECT is((SELECT string_agg(job_type || '=' || n, ',' ORDER BY job_type) FROM (SELECT job_type, count(*) n FROM llm.usp_claim_jobs('w', NULL, 30, NULL, NULL) GROUP BY 1) g),
    'entity_extraction=10', 'and others go on');
UPDATE llm.job_type_control SET max_running = NULL, paused_at = now();
SELECT is(pg_temp.got(5), '', 'a paused type is not given out');
SELECT is((SELECT count(*) FROM llm.usp_claim_jobs('w', '{page_classification}', 1, NULL, NULL)), 0::bigint, 'not even by name');
UPDATE llm.job_type_control SET paused_at = NULL;
SELECT is(pg_temp.got(5), 'big=5', 'a resumed one is');
DELETE FROM llm.job; DELETE FROM llm.job_type_control;

-- Pages obey the same.
SELECT tap.job('page_classification', tap.page(1, 'fair page', 'text'), NULL);
INSERT INTO llm.job_type_control (job_type, max_running) VALUES ('page_classification', 0);
SELECT is((SELECT count(*) FROM llm.usp_claim_jobs('w', NULL, 5, ARRAY[tap.page(1, 'fair page', 'text')], 1)), 0::bigint, 'a cap of none holds for pages too');
UPDATE llm.job_type_control SET max_running = 1;
SELECT is((SELECT count(*) FROM llm.usp_claim_jobs('w', NULL, 5, ARRAY[tap.page(1, 'fair page', 'text')], 1)), 1::bigint, 'a cap of one lets one run');
DELETE FROM llm.job; DELETE FROM llm.job_type_control;

SELECT pg_temp.fill('big', 3, 'page_classification', 10), pg_temp.fill('big', 2, 'page_classification', 80), pg_temp.fill('big', 2);
SELECT is((SELECT count(*) FROM llm.usp_claim_jobs('w', NULL, 10, NULL, NULL, 80)), 2::bigint, 'a batch above a priority takes no other');
SELECT is((SELECT array_agg(j.priority ORDER BY j.due_at, j.job_id) FROM llm.usp_claim_jobs('w', NULL, 10, NULL, NULL) c JOIN llm.job j USING (job_id)),
    ARRAY[50, 50, 10, 10, 10], 'greater priorities have the earlier deadlines');
DELETE FROM llm.job;

-- What a session remembers of the lanes never hides a job for good.
SELECT pg_temp.fill('big', 5);
CREATE TEMP TABLE first AS SELECT * FROM llm.usp_claim_jobs('w', NULL, 3, NULL, NULL);
SELECT llm.usp_hand_back_job(job_id, lease_token) FROM first ORDER BY job_id LIMIT 1;
SET almagest.lane_memory = on;
SELECT is((SELECT count(*) FROM llm.usp_claim_jobs('w', NULL, 1, NULL, NULL)), 1::bigint, 'a session goes on from where its last claim ended');
SET almagest.lane_memory = off;
SELECT is((SELECT count(*) FROM llm.usp_claim_jobs('w', NULL, 5, NULL, NULL)), 2::bigint, 'a job that was handed back is found again although the memory of its lane is past it');
DELETE FROM llm.job;

-- Where a look takes long, the session's next ones stay near where it was.
SET almagest.lane_memory = on;
CREATE FUNCTION pg_temp.look_now(p_whole boolean) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(set_config('almagest.lanes_' || which, CASE WHEN which LIKE 'whole%' AND NOT p_whole THEN (clock_timestamp() + interval '1 hour')::text END, false))
      FROM unnest('{until,again,whole_again,whole_until}'::text[]) which
$$;
SELECT pg_temp.look_now(true);
SELECT pg_temp.fill('big', 1);
SELECT pg_temp.got(1);
SELECT pg_temp.fill('big', 1), pg_temp.fill('big', 1, 'page_classification', 70), pg_temp.fill('big', 1, 'page_classification', 20),
       pg_temp.fill('big', 1, 'page_classification', 60), pg_temp.fill('small', 1), pg_temp.fill('big', 1, 'entity_extraction');
SELECT pg_temp.look_now(false);
SELECT is(pg_temp.got(10), 'big=5, small=1', 'a near look finds lanes that are new, whatever stands beside them');
SELECT pg_temp.fill('big', 1);
UPDATE llm.job SET due_at = due_at - interval '1 hour' WHERE status = 'NEW';
SELECT pg_temp.look_now(false);
SELECT is(pg_temp.got(10), '', 'it does not look for what came in long before');
SELECT llm.fn_turn_back_lanes(ARRAY(SELECT ROW(j.tenant_id, j.job_type, j.priority, j.due_at, j.job_id)::llm.lane FROM llm.job j WHERE j.status = 'NEW'));
SELECT is(pg_temp.got(10), 'big=1', 'unless it is told of it');
SELECT llm.usp_fail_job(job_id, lease_token, '{}', false, 1) FROM llm.job WHERE status = 'RUNNING' ORDER BY due_at LIMIT 1;
UPDATE llm.job SET due_at = due_at - interval '1 hour', available_at = clock_timestamp() WHERE waits;
SELECT pg_temp.look_now(false);
SELECT is(pg_temp.got(10), 'big=1', 'as it is of jobs that have waited long enough');
SELECT pg_temp.fill('small', 1);
UPDATE llm.job SET due_at = due_at - interval '1 hour' WHERE status = 'NEW';
SELECT pg_temp.look_now(true);
SELECT is(pg_temp.got(10), 'small=1', 'and a whole look finds all of it');
SET almagest.lane_memory = off;
DELETE FROM llm.job;

-- Completing many at once.
SELECT pg_temp.fill('big', 4);
CREATE TEMP TABLE held AS SELECT * FROM llm.usp_claim_jobs('w', NULL, 4, NULL, NULL);
SELECT is((SELECT count(DISTINCT lease_token) FROM held), 1::bigint, 'one claim, one token');
SELECT throws_ok($$SELECT llm.usp_complete_jobs(array_agg(job_id), array_agg(CASE WHEN n = 2 THEN gen_random_uuid() ELSE lease_token END), NULL, NULL)
    FROM (SELECT *, row_number() OVER (ORDER BY job_id) n FROM held) h$$, 'AL001', NULL, 'one stale token refuses all of a batch');
SELECT is((SELECT count(*) FROM llm.job WHERE status = 'RUNNING'), 4::bigint, 'of which nothing is done then');
SELECT lives_ok($$SELECT llm.usp_complete_jobs(array_agg(job_id), array_agg(lease_token), NULL, array_agg(jsonb_build_object('id', job_id))) FROM held$$, 'a batch with good tokens completes');
SELECT is((SELECT count(*) FROM llm.job_history JOIN held USING (job_id) WHERE result ->> 'id' = held.job_id::text), 4::bigint, 'with each its own result');

-- The doors of the queue.
SELECT llm.usp_register_job_type('{"job_type": "measured", "version": "1.0.0", "unit": "page", "handler": "dbo.usp_x", "sha256": "m",
    "input_schema": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "minimum": 1}, "kind": {"enum": ["a", "b"]}}, "additionalProperties": false}}');
SELECT throws_like($$SELECT llm.usp_enqueue_many(1, 'measured', NULL, ARRAY['{"n": 1}', '{"n": 0}']::jsonb[], NULL, NULL, NULL, NULL, NULL)$$,
    'measured job 2: payload.n is less than 1', 'a payload that its type''s input schema refuses is named');
SELECT throws_ok($$SELECT llm.usp_enqueue_job(1, 'measured', NULL, NULL, NULL, '{"n": 1, "x": 2}', NULL, NULL, NULL)$$, 'AL003', NULL, 'an unknown member is refused');
SELECT throws_ok($$SELECT llm.usp_enqueue_job(1, 'page_classification', NULL, NULL, NULL, jsonb_build_object('x', repeat('y', 2000000)), NULL, NULL, NULL)$$, 'AL005', NULL, 'an oversized payload is refused');
SELECT throws_ok($$SELECT llm.usp_register_job_type('{"job_type": "unchecked", "version": "1.0.0", "unit": "page", "handler": "dbo.usp_x", "sha256": "m", "input_schema": {"oneOf": []}}')$$,
    'AL003', NULL, 'an input schema with what is not checked is refused');
SELECT * FROM finish();
ROLLBACK;
