BEGIN;
LOCK TABLE llm.job_history IN ACCESS EXCLUSIVE MODE; -- before tests beside this one hold parts of it
SELECT plan(22);
CREATE TEMP TABLE t AS SELECT llm.usp_ensure_tenant('retention') AS id;
CREATE FUNCTION pg_temp.finished(p_key text, p_days integer) RETURNS void LANGUAGE sql AS $$
    WITH made AS (SELECT e.job_id FROM t, llm.usp_enqueue_job(t.id, 'page_classification', NULL, NULL, NULL, NULL, p_key, NULL, NULL) e),
    gone AS (INSERT INTO llm.job_history (job_id, tenant_id, job_type, contract_version, payload, dedupe_key, priority, status, attempts,
                 max_attempts, enqueued_at, due_at, finished_at, correlation_id)
             SELECT job_id, t.id, 'page_classification', '1.0.0', '{}', p_key, 50, 'SUCCEEDED', 1, 3, now(), now(),
                    now() - make_interval(days => p_days), gen_random_uuid() FROM made, t)
    SELECT $$;
SELECT pg_temp.finished('r' || n, 100) FROM generate_series(1, 5) n;
SELECT pg_temp.finished('new', 0);
DELETE FROM llm.job WHERE tenant_id = (SELECT id FROM t);

SELECT cmp_ok(llm.usp_ensure_history_partitions(2), '>=', 1, 'partitions are made although rows lie in the default one');
SELECT is(llm.usp_ensure_history_partitions(2), 0, 'once');
SELECT is((SELECT h.tableoid::regclass::text FROM llm.job_history h JOIN t ON t.id = h.tenant_id WHERE h.dedupe_key = 'new'),
    'llm.job_history_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMM'), 'a row of this month moved into its partition');
SELECT is((SELECT DISTINCT h.tableoid::regclass::text FROM llm.job_history h JOIN t ON t.id = h.tenant_id WHERE h.dedupe_key LIKE 'r%'),
    'llm.job_history_default', 'older ones stay');
SELECT throws_ok($$SELECT llm.usp_ensure_history_partitions(-1)$$, 'AL005', NULL, 'a negative number of months is refused');

CREATE TABLE llm.job_history_199001 PARTITION OF llm.job_history FOR VALUES FROM ('1990-01-01+00') TO ('1990-02-01+00');
INSERT INTO llm.job_history SELECT h.job_id + 1000000, tenant_id, job_type, contract_version, source_page_id, chunk_id, payload, NULL, priority, status,
    attempts, max_attempts, enqueued_at, due_at, claimed_at, '1990-01-15+00', worker_id, correlation_id, run_id, result
  FROM llm.job_history h JOIN t ON t.id = h.tenant_id WHERE h.dedupe_key LIKE 'r%';
SELECT is((SELECT jobs FROM llm.fn_prunable_history(90)), 10::bigint, 'what is older is counted');
SELECT cmp_ok((SELECT bytes FROM llm.fn_prunable_history(90)), '>', 0::bigint, 'with its bytes');
SELECT is(llm.usp_prune_history(90, 3), 5::bigint, 'a partition that is old as a whole goes at once');
SELECT is(to_regclass('llm.job_history_199001'), NULL, 'it is dropped');
SELECT is(llm.usp_prune_history(90, 3), 3::bigint, 'other rows go in steps');
SELECT is(llm.usp_prune_history(90, 3), 2::bigint, 'until none');
SELECT is(llm.usp_prune_history(90, 3), 0::bigint, 'is left');
SELECT is((SELECT count(*) FROM llm.job_history h JOIN t ON t.id = h.tenant_id), 1::bigint, 'younger ones stay');
SELECT ok((SELECT NOT e.is_new FROM t, llm.usp_enqueue_job(t.id, 'page_classification', NULL, NULL, NULL, NULL, 'r1', NULL, NULL) e), 'work done before is still not asked for again');
SELECT throws_ok($$SELECT llm.usp_prune_history(0, 10)$$, 'AL005', NULL, 'nothing is pruned without an age');

INSERT INTO llm.run (run_id, tenant_id, job_id, job_type, contract_version, correlation_id, attempt, model, started_at, artifact)
SELECT gen_random_uuid(), t.id, 1, 'page_classification', '1.0.0', gen_random_uuid(), 1, 'm', now(), a
  FROM t, unnest(ARRAY['/lake/llm_runs/2024/05/31/x', '/lake/llm_runs/2024/06/01/x', '/other/llm_runs/2024/05/31/x']) a;
SELECT is(llm.usp_forget_artifacts('/lake', '2024-06-01', 100), 1, 'the artifacts of older days are forgotten');
SELECT is((SELECT array_agg(artifact ORDER BY artifact COLLATE "C") FROM llm.run r JOIN t ON t.id = r.tenant_id), ARRAY['/lake/llm_runs/2024/06/01/x', '/other/llm_runs/2024/05/31/x', NULL],
    'the run stays, and so do other days and other lakes');
SELECT throws_ok($$SELECT llm.usp_forget_artifacts('/lake', NULL, 100)$$, 'AL005', NULL, 'a day must be given');

SELECT tap.page(t.id, 'old page', 'An old page.') FROM t;
UPDATE ingest.ingest_record r SET recorded_at = now() - interval '91 days' FROM t WHERE r.tenant_id = t.id;
SELECT is((SELECT (payloads, bytes > 0)::text FROM ingest.fn_prunable_payloads(90)), '(1,t)', 'old raw payloads are counted');
SELECT is(ingest.usp_prune_payloads(90, 10), 1, 'and taken out');
SELECT is((SELECT (raw IS NULL) || ' ' || (raw_sha256 IS NOT NULL) FROM ingest.ingest_record r JOIN t ON t.id = r.tenant_id), 'true true', 'their checksums stay');
SELECT is((SELECT version FROM sem.source_page WHERE source_page_id = (SELECT tap.page(t.id, 'old page', 'An old page.') FROM t)), 1,
    'so the same bytes again make no new version');
SELECT * FROM finish();
ROLLBACK;
