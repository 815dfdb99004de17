BEGIN;
SELECT plan(32);
CREATE TEMP TABLE c AS SELECT tap.chunks(1, 'cost', 'First passage here.', 'Second passage.', 'Third passage.') AS ids;
CREATE TEMP TABLE p AS SELECT source_page_id AS page_id FROM vector.chunk WHERE chunk_id = (SELECT ids[1] FROM c);
DELETE FROM llm.job;
SELECT tap.job('entity_extraction', page_id, ids[n]) FROM p, c, generate_series(1, 3) n;
CREATE TEMP TABLE j AS SELECT job_id, lease_token, row_number() OVER (ORDER BY job_id) AS n
  FROM llm.usp_claim_jobs('w', NULL, 10, NULL, 1);
CREATE FUNCTION pg_temp.reserve(p_n integer, p_tokens bigint, p_cost numeric DEFAULT 0) RETURNS text LANGUAGE sql AS
    $$SELECT llm.usp_reserve_spending(job_id, lease_token, p_tokens, p_cost) FROM j WHERE n = p_n$$;
CREATE FUNCTION pg_temp.settle(p_n integer, p_tokens bigint, p_cost numeric DEFAULT 0) RETURNS text LANGUAGE sql AS
    $$SELECT llm.usp_settle_spending(job_id, lease_token, p_tokens, p_cost)::text FROM j WHERE n = p_n$$;

SELECT is(pg_temp.reserve(1, 1000000), 'reserved', 'without limits a call may take anything');
SELECT is((SELECT count(*) FROM llm.spending_reservation), 0::bigint, 'and nobody counts');
SELECT is((SELECT (tokens IS NULL, held_until IS NULL)::text FROM llm.fn_spending(1)), '(t,t)', 'which can be seen');

SELECT llm.usp_start_run('00000000-0000-0000-0000-000000000001', (SELECT job_id FROM j WHERE n = 1), 'm', 'w', '');
SELECT llm.usp_finish_run('00000000-0000-0000-0000-000000000001',
    '{"outcome": "succeeded", "prompt_tokens": 70, "cached_tokens": 20, "completion_tokens": 30, "duration_ms": 900, "cost": 0.5, "prompt_characters": 210}');
SELECT ok(llm.usp_set_spending_limits(1000, 4), 'limits can be set');
SELECT ok(NOT llm.usp_set_spending_limits(1000, 4), 'the same again is no change');
SELECT throws_ok('SELECT llm.usp_set_spending_limits(0, NULL)', 'AL005', NULL, 'a limit of nothing is refused');
SELECT is(pg_temp.reserve(1, 400, 1), 'reserved', 'what fits is set aside');
SELECT is((SELECT (tokens, cost, reserved_tokens, reserved_cost)::text FROM llm.fn_spending(1)), '(100,0.5,400,1)',
    'beside what the runs of the day took before');
SELECT is(pg_temp.reserve(2, 500), 'reserved', 'up to the limit');
SELECT is(pg_temp.reserve(3, 1), 'wait', 'more waits for the calls under way');
SELECT is(pg_temp.settle(1, 350, 0.25), '', 'a call is over');
SELECT is((SELECT (tokens, cost, reserved_tokens)::text FROM llm.fn_spending(1)), '(450,0.75,500)', 'and took less than was set aside');
SELECT is(pg_temp.settle(1, 350, 0.25), '', 'told again');
SELECT is((SELECT tokens FROM llm.fn_spending(1)), 450::bigint, 'it counts once');
SELECT is(pg_temp.reserve(3, 50, 3.5), 'wait', 'money is a limit as well');
SELECT is(pg_temp.reserve(3, 50), 'reserved', 'what fits now may go on');
SELECT throws_ok($$SELECT llm.usp_reserve_spending(job_id, gen_random_uuid(), 1, 0) FROM j WHERE n = 1$$, 'AL001', NULL,
    'a stale token sets nothing aside');
SELECT throws_ok('SELECT pg_temp.reserve(1, -1)', 'AL005', NULL, 'nor does less than nothing');
SELECT pg_temp.settle(2, 500);
SELECT pg_temp.settle(3, 40);
SELECT is(pg_temp.reserve(1, 50), 'held', 'with no call under way the limit is reached for certain');
SELECT is((SELECT (held_until > now(), held_until <= now() + interval '1 day', held_reason)::text FROM llm.fn_spending(1)),
    '(t,t,"990 of 1000 tokens of the day are spent, and the next call may take 50")', 'until the day is over, and why is told');
SELECT llm.usp_hand_back_job(job_id, lease_token) FROM j WHERE n = 1;
SELECT is((SELECT (attempts, status)::text FROM llm.job WHERE job_id = (SELECT job_id FROM j WHERE n = 1)), '(0,NEW)', 'no attempt is lost');
SELECT is((SELECT count(*) FROM llm.usp_claim_jobs('w', NULL, 10, NULL, 1)), 0::bigint, 'nothing of the tenant is claimed then');
SELECT is((SELECT count(*) FROM p, llm.usp_claim_jobs('w', NULL, 10, ARRAY[page_id], NULL)), 0::bigint, 'not by page either');
SELECT ok(tap.drains(1), 'nor is it waited for');
SELECT is((SELECT (severity, message LIKE '%990 of 1000%')::text FROM llm.fn_health(NULL) WHERE "check" = 'spending'), '(notice,t)', 'doctor tells');
SELECT is((SELECT tenant_id FROM llm.tenant WHERE spending_held_until IS NOT NULL), 1, 'other tenants have days of their own');
UPDATE llm.tenant SET spending_held_until = now() - interval '1 s';
SELECT is((SELECT count(*) FROM llm.usp_claim_jobs('w', NULL, 10, NULL, 1)), 1::bigint, 'the next day it goes on');
UPDATE llm.tenant SET spending_held_until = now() + interval '1 h';
SELECT ok(llm.usp_set_spending_limits(2000, NULL), 'other limits can be set');
SELECT is((SELECT spending_held_until FROM llm.tenant WHERE tenant_id = 1), NULL, 'and end what the old ones held');

UPDATE j SET (job_id, lease_token) = (SELECT l.job_id, l.lease_token FROM llm.job l WHERE l.job_id = j.job_id) WHERE n = 1;
SELECT pg_temp.reserve(1, 300);
DELETE FROM llm.job WHERE job_id = (SELECT job_id FROM j WHERE n = 1);
SELECT pg_temp.reserve(2, 1);
SELECT is((SELECT tokens FROM llm.fn_spending(1)), 1290::bigint, 'what a lost worker''s call may have taken counts as spent');

SELECT is((SELECT (calls, prompt_tokens, cached_tokens, completion_tokens, duration_ms, content_tokens, answered_characters, answered_prompt_tokens)::text
             FROM llm.fn_usual_calls(NULL, 'm')), '(1,70,20,30,900,4,210,70)', 'calls tell what they usually take');
SELECT is((SELECT string_agg((place, is_live)::text, ' ' ORDER BY place) FROM llm.fn_known_work(1, (SELECT jsonb_agg(jsonb_build_object(
        'job_type', t, 'contract_version', '1.0.0', 'locator', 'known', 'content_sha256', repeat('0', 64), 'occurrence', 0) ORDER BY t)
        FROM unnest(ARRAY['a', 'b', 'c']) t))), NULL, 'what was never enqueued is not known');
SELECT * FROM finish();
ROLLBACK;
