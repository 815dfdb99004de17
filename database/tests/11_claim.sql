BEGIN;
SELECT plan(16);
CREATE TEMP TABLE p AS SELECT tap.page(1, 'claim ' || n, 'text ' || n) AS page_id, n FROM generate_series(1, 3) n;
SELECT llm.usp_enqueue_job(1, 'page_classification', NULL, page_id, NULL, NULL, 'c' || n, NULL, NULL) FROM p ORDER BY n;
SELECT llm.usp_enqueue_job(1, 'CHUNK_SOURCE', NULL, page_id, NULL, NULL, 's' || n, NULL, NULL) FROM p ORDER BY n;

CREATE TEMP TABLE one AS SELECT * FROM llm.usp_claim_next_job('w', NULL);
SELECT is((SELECT count(*) FROM one), 1::bigint, 'a claim of the next job gives one');
SELECT is((SELECT job_type FROM one), 'CHUNK_SOURCE', 'the earliest deadline comes first, whatever the type');
SELECT is((SELECT (attempts, max_attempts, lease_seconds)::text FROM one), '(1,3,30)', 'the attempt is counted and the lease told');
SELECT is((SELECT status || ' ' || worker_id FROM llm.job WHERE job_id = (SELECT job_id FROM one)), 'RUNNING w', 'a claimed job runs at its worker');
SELECT ok((SELECT lease_until BETWEEN clock_timestamp() + interval '20 s' AND clock_timestamp() + interval '31 s' FROM llm.job
            WHERE job_id = (SELECT job_id FROM one)), 'its lease is the type''s');
SELECT is((SELECT array_agg(dedupe_key ORDER BY j.due_at, j.job_id) FROM llm.usp_claim_jobs('w', '{CHUNK_SOURCE}', 10, NULL, NULL) c JOIN llm.job j USING (job_id)),
    ARRAY['s2', 's3'], 'a claim of one type takes what is left of it and nothing else');
SELECT is_empty($$SELECT * FROM llm.usp_claim_jobs('w', '{CHUNK_SOURCE}', 10, NULL, NULL)$$, 'a claimed job is not given out again');
SELECT is((SELECT array_agg(source_page_id) FROM llm.usp_claim_jobs('w', NULL, 10, ARRAY(SELECT page_id FROM p WHERE n = 2), NULL)),
    ARRAY(SELECT page_id FROM p WHERE n = 2), 'a claim can be narrowed to pages');
SELECT is_empty($$SELECT * FROM llm.usp_claim_jobs('w', NULL, 10, NULL, llm.usp_ensure_tenant('idle'))$$, 'and to a tenant');
SELECT is((SELECT count(*) FROM llm.usp_claim_jobs('w', '{}', 10, '{}', 1)), 2::bigint, 'empty arrays mean any');
SELECT throws_ok($$SELECT llm.usp_claim_jobs('w', NULL, 0, NULL, NULL)$$, 'AL005', NULL, 'a limit of nothing is refused');
SELECT throws_ok($$SELECT llm.usp_claim_jobs('', NULL, 1, NULL, NULL)$$, 'AL005', NULL, 'a worker must have a name');

SELECT is((SELECT llm.usp_hand_back_job(job_id, lease_token)::text FROM one), '', 'a job can be handed back');
SELECT is((SELECT status || attempts FROM llm.job WHERE job_id = (SELECT job_id FROM one)), 'NEW0', 'then it is new and the attempt not counted');
SELECT throws_ok($$SELECT llm.usp_hand_back_job(job_id, lease_token) FROM one$$, 'AL001', NULL, 'its old token is worth nothing');

-- Many jobs of a slow kind ahead of one that may run: the claim must not read them all.
INSERT INTO llm.job (tenant_id, job_type, contract_version, payload, priority, max_attempts, lease_seconds, enqueued_at, due_at, available_at, correlation_id)
SELECT 1, 'relationship_extraction', '1.0.0', '{}', 50, 3, 30, now(), now() - interval '1 day', now(), gen_random_uuid() FROM generate_series(1, 20000);
ANALYZE llm.job;
CREATE FUNCTION pg_temp.plan_of(p text) RETURNS SETOF text LANGUAGE plpgsql AS $$BEGIN RETURN QUERY EXECUTE 'EXPLAIN ' || p; END$$;
SELECT is_empty($$SELECT * FROM pg_temp.plan_of($q$SELECT j.job_id FROM llm.job j WHERE j.tenant_id = 1 AND j.job_type = 'CHUNK_SOURCE'
    AND j.priority = 50
    AND j.status IN ('NEW', 'FAILED') AND NOT j.waits ORDER BY j.due_at, j.job_id LIMIT 10$q$) l WHERE l LIKE '%Seq Scan%' OR l LIKE '%Sort%'$$,
    'the head of a lane comes from the index, in its order');
SELECT * FROM finish();
ROLLBACK;
