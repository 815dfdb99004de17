BEGIN;
SELECT plan(15);
CREATE TEMP TABLE k AS SELECT encode(sha256('a question'), 'hex') AS key, encode(sha256('another'), 'hex') AS other;
SELECT is((SELECT count(*) FROM k, llm.fn_find_answer(key, 30)), 0::bigint, 'nothing is kept at first');
SELECT is((SELECT llm.usp_keep_answer(key, 'm', '{"a": 1}', 100, 7)::text FROM k), '', 'an answer is kept');
SELECT results_eq('SELECT f.* FROM k, llm.fn_find_answer(key, 30) f', $$VALUES ('m', '{"a": 1}', 100::bigint, 7::bigint)$$, 'and found');
SELECT results_eq('SELECT f.content FROM k, llm.fn_find_answer(upper(key), 30) f', $$VALUES ('{"a": 1}')$$, 'however its key is written');
SELECT is((SELECT count(*) FROM k, llm.fn_find_answer(other, 30)), 0::bigint, 'under its own key only');
SELECT llm.usp_keep_answer(key, 'm', '{"a": 2}', 100, 7) FROM k;
SELECT is((SELECT content FROM k, llm.fn_find_answer(key, 30)), '{"a": 2}', 'a later answer takes its place');
UPDATE llm.answer_cache SET kept_at = now() - interval '31 days';
SELECT is((SELECT count(*) FROM k, llm.fn_find_answer(key, 30)), 0::bigint, 'an old one is not used');
SELECT is((SELECT count(*) FROM k, llm.fn_find_answer(key, 32)), 1::bigint, 'unless that is old enough');
SELECT llm.usp_keep_answer(other, 'm', '{}', 0, 0) FROM k;
SELECT is(llm.usp_forget_answers(30, 100), 1, 'old ones are forgotten');
SELECT is((SELECT count(*) FROM k, llm.fn_find_answer(other, 30)), 1::bigint, 'young ones stay');
SELECT llm.usp_keep_answer(encode(sha256(n::text::bytea), 'hex'), 'm', '{}', 0, 0) FROM generate_series(1, 5) n;
SELECT is((SELECT array_agg(llm.usp_forget_answers(0, 4)) FROM generate_series(1, 2)), '{4,2}', 'in bounded steps');
SELECT throws_ok($$SELECT llm.usp_keep_answer('abc', 'm', '{}', 0, 0)$$, 'AL005', NULL, 'a key is 64 hexadecimal digits');
SELECT throws_ok($$SELECT llm.usp_keep_answer(key, 'm', '{}', -1, 0) FROM k$$, 'AL005', NULL, 'tokens are not below zero');
SELECT throws_ok($$SELECT llm.usp_forget_answers(-1, 1)$$, 'AL005', NULL, 'nor are days');

CREATE TEMP TABLE r AS SELECT gen_random_uuid() AS run_id;
INSERT INTO llm.run (run_id, tenant_id, job_id, job_type, contract_version, correlation_id, attempt, model, started_at)
SELECT run_id, 1, 1, 'a', '1.0.0', gen_random_uuid(), 1, 'm', now() FROM r;
SELECT llm.usp_finish_run(run_id, '{"outcome": "succeeded", "from_cache": true, "cost": 0}') FROM r;
SELECT is((SELECT (from_cache, cost)::text FROM llm.run JOIN r USING (run_id)), '(t,0)', 'a run tells that its answer was kept');
SELECT * FROM finish();
ROLLBACK;
