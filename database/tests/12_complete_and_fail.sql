BEGIN;
SELECT plan(40);
CREATE TEMP TABLE c AS SELECT tap.chunks(1, 'complete', 'First passage.', 'Second passage.', 'First passage.') AS ids;
CREATE TEMP TABLE p AS SELECT source_page_id AS page_id FROM vector.chunk WHERE chunk_id = (SELECT ids[1] FROM c);
DELETE FROM llm.job;
SELECT is((SELECT ingest.usp_begin_reading(page_id) FROM p), 2, 'reading a page begins with the types that come after nothing');
SELECT is((SELECT ingest.usp_begin_reading(page_id) FROM p), 0, 'beginning again enqueues nothing');

CREATE TEMP TABLE j AS SELECT * FROM llm.usp_claim_jobs('w', '{CHUNK_SOURCE}', 1, NULL, NULL);
SELECT throws_ok($$SELECT llm.usp_complete_job(job_id, gen_random_uuid(), NULL, NULL) FROM j$$, 'AL001', NULL, 'a stale token completes nothing');
SELECT is((SELECT array_agg(x) FROM j, llm.usp_extend_leases(ARRAY[job_id], ARRAY[gen_random_uuid()]) x), NULL, 'nor does it extend the lease');
SELECT is((SELECT array_agg(x) FROM j, llm.usp_extend_leases(ARRAY[job_id], ARRAY[lease_token]) x), (SELECT ARRAY[job_id] FROM j), 'the right token does');
SELECT is((SELECT llm.usp_complete_job(job_id, lease_token, NULL, '{"chunks": 3}') FROM j), 3, 'a page''s job has one follower a chunk, also for equal chunks');
SELECT is((SELECT status FROM llm.vw_job WHERE job_id = (SELECT job_id FROM j)), 'SUCCEEDED', 'a completed job is in the history');
SELECT is((SELECT count(*) FROM llm.job WHERE job_id = (SELECT job_id FROM j)), 0::bigint, 'and not in the live table');
SELECT throws_ok($$SELECT llm.usp_complete_job(job_id, lease_token, NULL, NULL) FROM j$$, 'AL001', NULL, 'it cannot be completed twice');
SELECT results_eq($$SELECT DISTINCT job_type, correlation_id FROM llm.job WHERE chunk_id IS NOT NULL$$, $$SELECT 'entity_extraction', correlation_id FROM j$$,
    'followers carry the correlation id');
SELECT ok((SELECT NOT is_new FROM llm.usp_enqueue_job(1, 'CHUNK_SOURCE', NULL, NULL, NULL, NULL,
    (SELECT dedupe_key FROM llm.vw_job WHERE job_id = (SELECT job_id FROM j)), NULL, NULL)), 'a key that has succeeded is known');
CREATE TEMP TABLE k AS SELECT * FROM llm.usp_claim_jobs('w', '{entity_extraction}', 1, NULL, NULL);
SELECT is((SELECT llm.usp_complete_job(job_id, lease_token, NULL, NULL) FROM k), 1, 'a chunk''s job has one follower, for that chunk');
SELECT is((SELECT chunk_id FROM llm.job WHERE job_type = 'relationship_extraction'), (SELECT chunk_id FROM k), 'it is about the same chunk');

-- Failing.
CREATE TEMP TABLE f AS SELECT * FROM llm.usp_claim_jobs('w', '{entity_extraction}', 1, NULL, NULL);
SELECT throws_ok($$SELECT llm.usp_fail_job(job_id, gen_random_uuid(), '{}', false, NULL) FROM f$$, 'AL001', NULL, 'a stale token fails nothing');
SELECT is((SELECT llm.usp_fail_job(job_id, lease_token, '{"message": "busy"}', false, NULL) FROM f), 'FAILED', 'a first error that may pass leaves the job failed');
SELECT ok((SELECT available_at - clock_timestamp() BETWEEN interval '1 s' AND interval '5 s' AND waits FROM llm.job WHERE job_id = (SELECT job_id FROM f)),
    'it waits two and a half to five seconds');
SELECT is((SELECT count(*) FROM llm.usp_claim_jobs('w', '{entity_extraction}', 10, NULL, NULL) x WHERE x.job_id = (SELECT job_id FROM f)), 0::bigint, 'until then no claim finds it');
UPDATE llm.job SET available_at = clock_timestamp() - interval '1 s' WHERE job_id = (SELECT job_id FROM f);
CREATE TEMP TABLE g AS SELECT * FROM llm.usp_claim_jobs('w', '{entity_extraction}', 1, (SELECT ARRAY[page_id] FROM p), NULL);
SELECT is((SELECT job_id || ' ' || attempts FROM g), (SELECT job_id || ' 2' FROM f), 'then it comes again');
SELECT is((SELECT llm.usp_fail_job(job_id, lease_token, '{}', false, 60000) FROM g), 'FAILED', 'the other side may say how long to wait');
SELECT ok((SELECT available_at - clock_timestamp() BETWEEN interval '55 s' AND interval '60 s' FROM llm.job WHERE job_id = (SELECT job_id FROM f)), 'and is obeyed');
UPDATE llm.job SET available_at = clock_timestamp() - interval '1 s' WHERE job_id = (SELECT job_id FROM f);
CREATE TEMP TABLE h AS SELECT * FROM llm.usp_claim_jobs('w', '{entity_extraction}', 1, NULL, NULL);
SELECT is((SELECT llm.usp_fail_job(job_id, lease_token, '{"message": "still busy"}', false, NULL) FROM h), 'DEADLETTER', 'the last attempt makes a dead letter');
SELECT is((SELECT reason FROM llm.vw_dead_letter WHERE job_id = (SELECT job_id FROM h)), 'still busy', 'which tells why');
SELECT results_eq($$SELECT e.job_id, e.is_new FROM llm.job_dead_letter d, llm.usp_enqueue_job(1, d.job_type, NULL, NULL, NULL, NULL, d.dedupe_key, NULL, NULL) e$$,
    'SELECT job_id, false FROM h', 'enqueueing does not wake the dead');
SELECT is(llm.usp_retry_dead_letters(1, NULL, 'entity_extraction'), 1, 'retrying does');
SELECT is((SELECT status || attempts FROM llm.job WHERE job_id = (SELECT job_id FROM h)), 'NEW0', 'with fresh attempts');
CREATE TEMP TABLE i AS SELECT * FROM llm.usp_claim_jobs('w', '{entity_extraction}', 1, NULL, NULL);
SELECT is((SELECT llm.usp_fail_job(job_id, lease_token, '{}', true, NULL) FROM i), 'DEADLETTER', 'a permanent error makes a dead letter at once');

-- Leases.
DELETE FROM llm.job;
SELECT llm.usp_enqueue_job(1, 'page_classification', NULL, page_id, NULL, NULL, NULL, NULL, NULL) FROM p;
CREATE TEMP TABLE l AS SELECT * FROM llm.usp_claim_next_job('w', NULL);
SELECT llm.usp_start_run('00000000-0000-0000-0000-000000000001', job_id, 'model', 'w', 'path') FROM l;
SELECT is(llm.usp_release_expired_leases(100), 0, 'a lease that holds is left alone');
UPDATE llm.job SET lease_until = clock_timestamp() - interval '1 s';
SELECT is(llm.usp_release_expired_leases(100), 1, 'an expired one is released');
SELECT is((SELECT j.status || ' ' || r.outcome FROM llm.job j JOIN llm.run r USING (job_id)), 'FAILED abandoned', 'its run is abandoned');
SELECT throws_ok($$SELECT llm.usp_complete_job(job_id, lease_token, NULL, NULL) FROM l$$, 'AL001', NULL, 'and its worker can no longer complete it');
SELECT is((SELECT attempts FROM llm.job), 0, 'a worker''s death is not the job''s attempt');
CREATE FUNCTION pg_temp.die(p_attempts integer) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE llm.job SET attempts = p_attempts, status = 'RUNNING', lease_token = gen_random_uuid(), lease_until = clock_timestamp() - interval '1 s';
    PERFORM llm.usp_release_expired_leases(NULL);
    RETURN (SELECT status || attempts FROM llm.vw_job WHERE job_id = (SELECT job_id FROM l));
END $$;
SELECT is(pg_temp.die(3), 'FAILED2', 'not even the last');
UPDATE llm.run SET attempt = 3;
SELECT is((SELECT count(*) FROM generate_series(1, 3) WHERE pg_temp.die(3) = 'FAILED2'), 3::bigint, 'three more workers may die over a run that had begun');
SELECT is(pg_temp.die(3), 'DEADLETTER2', 'then it is the job that is to blame');
SELECT llm.usp_retry_dead_letters(1, NULL, NULL);
SELECT is((SELECT count(*) FROM generate_series(1, 9) WHERE pg_temp.die(1) = 'FAILED0'), 9::bigint, 'nine may die over a job that they had not begun');
SELECT pg_temp.die(1);
SELECT is((SELECT status FROM llm.vw_job WHERE job_id = (SELECT job_id FROM l)), 'DEADLETTER',
    'the tenth makes a dead letter');

-- What a session remembers of leases never keeps one for good.
SELECT llm.usp_retry_dead_letters(1, NULL, NULL);
CREATE FUNCTION pg_temp.run_out(p_since interval) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    UPDATE llm.job SET status = 'RUNNING', waits = false, attempts = 1, error = NULL, lease_token = gen_random_uuid(), lease_until = clock_timestamp() - p_since
     WHERE job_id = (SELECT job_id FROM l);
    RETURN llm.usp_release_expired_leases(NULL);
END $$;
SET almagest.lane_memory = on;
SELECT set_config('almagest.leases_from', (clock_timestamp() - interval '10 s')::text, false),
       set_config('almagest.leases_until', (clock_timestamp() + interval '1 hour')::text, false);
SELECT is(pg_temp.run_out('1 minute'), 0, 'a session whose look took long goes on from where it ended');
SELECT is(pg_temp.run_out('0'), 1, 'what runs out later is found');
SELECT set_config('almagest.leases_until', (clock_timestamp() - interval '1 s')::text, false);
SELECT is(pg_temp.run_out('1 minute'), 1, 'and what was over before once the memory is old');
SET almagest.lane_memory = off;
SELECT is(pg_temp.run_out('1 minute'), 1, 'or at once without memory');
SELECT * FROM finish();
ROLLBACK;
