BEGIN;
SELECT plan(16);
CREATE TEMP TABLE first AS SELECT * FROM llm.usp_enqueue_job(1, 'CHUNK_SOURCE', NULL, NULL, NULL, '{"a": 1}', 'key 1', NULL, NULL);
SELECT ok((SELECT is_new FROM first), 'a job with a key not seen before is new');
SELECT results_eq($$SELECT job_id, is_new FROM llm.usp_enqueue_job(1, 'CHUNK_SOURCE', NULL, NULL, NULL, NULL, 'key 1', NULL, NULL)$$,
    $$SELECT job_id, false FROM first$$, 'the same key gives the job that is there');
SELECT ok((SELECT is_new FROM llm.usp_enqueue_job(llm.usp_ensure_tenant('other'), 'CHUNK_SOURCE', NULL, NULL, NULL, NULL, 'key 1', NULL, NULL)),
    'another tenant may use the same key');
SELECT results_eq($$SELECT job_type, contract_version, status, priority, attempts, max_attempts, payload FROM llm.vw_job
                     WHERE job_id = (SELECT job_id FROM first)$$,
    $$VALUES ('CHUNK_SOURCE', '1.0.0', 'NEW', 50, 0, 3, '{"a": 1}'::jsonb)$$, 'nulls mean the active version and the type''s own values');
SELECT is((SELECT due_at - enqueued_at FROM llm.job WHERE job_id = (SELECT job_id FROM first)), interval '600 s',
    'the deadline is the type''s slack after enqueueing');
CREATE TEMP TABLE urgent AS SELECT * FROM llm.usp_enqueue_job(1, 'CHUNK_SOURCE', NULL, NULL, NULL, NULL, NULL, 60, NULL);
SELECT is((SELECT due_at - enqueued_at FROM llm.job JOIN urgent USING (job_id)), interval '300 s',
    'ten points of priority halve the slack');
SELECT throws_ok($$SELECT llm.usp_enqueue_job(1, 'nonsense', NULL, NULL, NULL, NULL, NULL, NULL, NULL)$$, 'AL002', NULL, 'an unknown type is refused');
SELECT throws_ok($$SELECT llm.usp_enqueue_job(1, 'CHUNK_SOURCE', '9.0.0', NULL, NULL, NULL, NULL, NULL, NULL)$$, 'AL002', NULL, 'an unknown version is refused');
SELECT throws_ok($$SELECT llm.usp_enqueue_job(99, 'CHUNK_SOURCE', NULL, NULL, NULL, NULL, NULL, NULL, NULL)$$, 'AL004', NULL, 'an unknown tenant is refused');
SELECT throws_ok($$SELECT llm.usp_enqueue_job(1, 'CHUNK_SOURCE', NULL, 123456, NULL, NULL, NULL, NULL, NULL)$$, 'AL004', NULL, 'an unknown page is refused');
SELECT throws_ok($$SELECT llm.usp_enqueue_job(1, 'CHUNK_SOURCE', NULL, NULL, NULL, NULL, NULL, 101, NULL)$$, 'AL005', NULL, 'a priority above 100 is refused');
SELECT throws_ok($$SELECT llm.usp_enqueue_job(1, 'CHUNK_SOURCE', NULL, NULL, NULL, NULL, repeat('k', 501), NULL, NULL)$$, 'AL005', NULL, 'a key of more than 500 characters is refused');
CREATE TEMP TABLE twice AS SELECT * FROM llm.usp_enqueue_jobs('[{"tenant_id": 1, "job_type": "CHUNK_SOURCE", "dedupe_key": "b"},
    {"tenant_id": 1, "job_type": "CHUNK_SOURCE", "dedupe_key": "b"}, {"tenant_id": 1, "job_type": "CHUNK_SOURCE"}]');
SELECT results_eq('SELECT ordinal, is_new FROM twice', $$VALUES (1, true), (2, false), (3, true)$$, 'one key twice in a call is one job');
SELECT is((SELECT count(DISTINCT job_id) FROM twice), 2::bigint, 'and both places get its id');
SELECT isnt(llm.fn_dedupe_key('t', '1.0.0', 'a', 'b', 0), llm.fn_dedupe_key('t', '1.0.0', 'ab', '', 0), 'the parts of a key do not run into one another');
-- Also in a session that has planned while the table was all but empty.
SELECT count(*) FROM generate_series(1, 1000) n CROSS JOIN LATERAL llm.usp_enqueue_job(1, 'CHUNK_SOURCE', NULL, NULL, NULL, NULL, 'many ' || n, NULL, NULL);
CREATE TEMP TABLE read_before AS SELECT idx_tup_fetch + seq_tup_read AS rows FROM pg_stat_xact_user_tables WHERE relid = 'llm.job_dedupe_key'::regclass;
SELECT count(*) FROM llm.usp_enqueue_job(1, 'CHUNK_SOURCE', NULL, NULL, NULL, NULL, 'many 7', NULL, NULL);
SELECT cmp_ok((SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_xact_user_tables WHERE relid = 'llm.job_dedupe_key'::regclass)
    - (SELECT rows FROM read_before), '<', 10::bigint, 'an enqueue looks up its own key, however many keys there are');
SELECT * FROM finish();
ROLLBACK;
