BEGIN;
LOCK TABLE llm.job_history IN ROW EXCLUSIVE MODE; -- all parts of it, before tests beside this one lock it whole
SELECT plan(34);
CREATE FUNCTION pg_temp.finding(p_check text, p_limits jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
    SELECT h.severity || ': ' || h.message || coalesce(' → ' || h.remedy, '') FROM llm.fn_health(p_limits) h WHERE h."check" = p_check
$$;
CREATE FUNCTION pg_temp.figure(p_check text, p_key text, p_limits jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT h.figure -> p_key FROM llm.fn_health(p_limits) h WHERE h."check" = p_check
$$;
CREATE TEMP TABLE p AS SELECT tap.page(1, 'health', 'A page.') AS page_id;
DELETE FROM llm.job;
DELETE FROM llm.job_dead_letter;
SELECT results_eq($$SELECT h."check", h.severity FROM llm.fn_health('{"contracts": []}') h WHERE h."check" NOT IN ('transactions', 'slots') ORDER BY 1$$,
    $$VALUES ('audit', 'well'), ('dead letters', 'well'), ('dead rows', 'well'), ('endpoint', 'well'), ('history', 'well'), ('leases', 'well'), ('pauses', 'well'),
             ('prepared', 'well'), ('queue', 'well'), ('registration', 'well'), ('spending', 'well')$$, 'a quiet database is well');
SELECT is((SELECT count(*) FROM llm.fn_health(NULL) WHERE severity = 'well' AND remedy IS NOT NULL), 0::bigint, 'and what is well wants no remedy');
SELECT is((SELECT count(*) FROM llm.fn_health(NULL) h WHERE h."check" = 'registration'), 0::bigint, 'contracts are looked at only where they are given');

-- Late jobs: the fixture's CHUNK_SOURCE has ten minutes' slack.
CREATE TEMP TABLE j AS SELECT tap.job('CHUNK_SOURCE', page_id, NULL) AS job_id FROM p;
SELECT is(pg_temp.figure('queue', 'jobs'), '0', 'a job that waits is not late');
UPDATE llm.job SET enqueued_at = now() - interval '19 min', due_at = now() - interval '9 min';
SELECT is(pg_temp.figure('queue', 'jobs'), '0', 'nor is one within twice its slack');
UPDATE llm.job SET enqueued_at = clock_timestamp() - interval '2 h', due_at = clock_timestamp() - interval '110 min';
SELECT matches(pg_temp.finding('queue'), '^unwell: 1 jobs wait for longer than twice their slack, the oldest 01:5\d:\d\d past its deadline → start a runner, or one more: almagest work$', 'later ones are');
SELECT cmp_ok(pg_temp.figure('queue', 'seconds')::integer, '>=', 6600, 'by so many seconds');
UPDATE llm.job SET available_at = now() + interval '1 h', waits = true, status = 'FAILED';
SELECT is(pg_temp.figure('queue', 'jobs'), '0', 'one that backs off is not late');
UPDATE llm.job SET available_at = now() - interval '1 h', waits = false, status = 'NEW';

-- Pauses.
INSERT INTO llm.job_type_control (job_type, paused_at, paused_reason) VALUES ('CHUNK_SOURCE', '2024-05-01 10:00', 'too dear');
SELECT is(pg_temp.finding('pauses'), 'notice: type CHUNK_SOURCE since 2024-05-01 10:00 (too dear): 1 jobs wait → almagest queue resume CHUNK_SOURCE', 'a paused type is named, with its reason');
SELECT is(pg_temp.figure('queue', 'jobs'), '0', 'and its jobs are not late');
DELETE FROM llm.job_type_control;
UPDATE llm.tenant SET paused_at = '2024-05-01 10:00' WHERE tenant_id = 1;
SELECT is(pg_temp.finding('pauses'), 'notice: tenant default since 2024-05-01 10:00: 1 jobs wait → almagest queue resume --all --tenant ''default''', 'so is a paused tenant');
SELECT is(pg_temp.figure('queue', 'jobs'), '0', 'and its jobs are not late');
UPDATE llm.tenant SET paused_at = NULL WHERE tenant_id = 1;

-- Leases.
UPDATE llm.job SET status = 'RUNNING', lease_token = gen_random_uuid(), lease_until = clock_timestamp() - interval '30 s', worker_id = 'gone';
SELECT is(pg_temp.figure('leases', 'jobs'), '0', 'a lease that has just ended is left to the runners');
UPDATE llm.job SET lease_until = clock_timestamp() - interval '5 min';
SELECT matches(pg_temp.finding('leases'), '^unwell: 1 running jobs lost their worker, one 00:05:\d\d ago, and nobody takes them over → start a runner', 'one that nobody releases is not');
SELECT is(pg_temp.figure('leases', 'workers'), '["gone"]', 'its worker is named');

-- Dead letters.
SELECT llm.usp_bury_jobs(array_agg(job_id), array_agg('{"reason": "no such page"}'::jsonb)) FROM llm.job;
INSERT INTO llm.job_dead_letter SELECT (jsonb_populate_record(d, jsonb_build_object('job_id', -n, 'error', '{"reason": "it broke"}'::jsonb))).* FROM llm.job_dead_letter d, generate_series(1, 2) n;
SELECT is(pg_temp.finding('dead letters'), 'unwell: 3 jobs gave up: 2 × it broke; 1 × no such page → see them with almagest jobs list --status DEADLETTER, mend the cause, then almagest jobs retry --dead',
    'dead letters are counted by reason');
SELECT is(pg_temp.figure('dead letters', 'reasons'), '{"it broke": 2, "no such page": 1}', 'also as figures');

-- An endpoint that fails.
CREATE FUNCTION pg_temp.call(p_outcome text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO llm.run (run_id, tenant_id, job_id, job_type, contract_version, correlation_id, attempt, model, outcome, error, started_at, finished_at)
    VALUES (gen_random_uuid(), 1, 1, 'a', '1.0.0', gen_random_uuid(), 1, 'the-model', p_outcome, '"HTTP 503"', clock_timestamp(), clock_timestamp())
$$;
SELECT pg_temp.call('succeeded');
SELECT pg_temp.call('model_failed') FROM generate_series(1, 4);
SELECT is(pg_temp.figure('endpoint', 'failing'), '[]', 'some failures are none of an endpoint');
SELECT pg_temp.call('model_failed');
SELECT pg_temp.call('stopped');
SELECT matches(pg_temp.finding('endpoint'), '^unwell: the last 5 calls to the-model failed, the last one at [0-9:]{8}: HTTP 503 → check llm.endpoint', 'five in a row are');
SELECT is(pg_temp.finding('endpoint', '{"endpoint_failures": 6}'), 'well: no row of failed calls to a model', 'or as many as are said');
SELECT pg_temp.call('parse_failed');
SELECT is(pg_temp.figure('endpoint', 'failing'), '[]', 'an answer, even a bad one, ends it');

-- Contracts.
SELECT is(pg_temp.finding('registration', '{"contracts": [{"job_type": "CHUNK_SOURCE", "version": "1.0.0", "sha256": "a"}]}'), 'well: every contract is registered', 'a registered contract is well');
SELECT is(pg_temp.finding('registration', '{"contracts": [{"job_type": "CHUNK_SOURCE", "version": "1.0.0", "sha256": "b"}, {"job_type": "new", "version": "2.0.0", "sha256": "c"}]}'),
    'unwell: not registered as it is now: CHUNK_SOURCE 1.0.0, new 2.0.0 → almagest contracts sync (a run does it too)', 'a changed or new one is not');

-- Finished jobs outside of the partitions.
INSERT INTO llm.job_history (job_id, tenant_id, job_type, contract_version, payload, priority, status, attempts, max_attempts, enqueued_at, due_at, finished_at, correlation_id)
SELECT -n, 1, 'a', '1.0.0', '{}', 1, 'SUCCEEDED', 1, 1, now(), now(), '1999-01-01', gen_random_uuid() FROM generate_series(1, 3) n;
SELECT matches(pg_temp.finding('history'), '^well: [0-9]+ finished jobs lie outside', 'a few finished jobs may lie anywhere');
SELECT matches(pg_temp.finding('history', '{"history_rows": 2}'), '^unwell: more than 2 finished jobs lie outside .* → almagest db prune', 'many should not');

-- What holds vacuum back is another session's: it takes one.
CREATE EXTENSION dblink SCHEMA tap;
SELECT is(tap.dblink_connect('other', format('host=%s user=almagest dbname=almagest application_name=holder', current_setting('unix_socket_directories'))), 'OK', 'another session');
SELECT tap.dblink_exec('other', 'BEGIN ISOLATION LEVEL REPEATABLE READ');
CREATE TEMP TABLE other AS SELECT pid FROM tap.dblink('other', 'SELECT pg_backend_pid()') d(pid integer);
SELECT pg_stat_clear_snapshot();  -- a transaction sees the same sessions and figures until it asks anew
SELECT ok(NOT coalesce(pg_temp.figure('transactions', 'pids') @> to_jsonb((SELECT pid FROM other)), false), 'a young transaction is let be');
SELECT ok(pg_temp.figure('transactions', 'pids', '{"transaction_seconds": 0}') @> to_jsonb((SELECT pid FROM other)), 'an old one is found');
SELECT matches(pg_temp.finding('transactions', '{"transaction_seconds": 0}'), format('process %s \(holder, idle in transaction\) for 00:00:.*pg_terminate_backend\([0-9]+\)', (SELECT pid FROM other)), 'and named, with the way to end it');
SELECT tap.dblink_exec('other', 'COMMIT');

SELECT tap.dblink_exec('other', 'BEGIN');
SELECT tap.dblink_exec('other', 'LOCK TABLE llm.job IN ACCESS SHARE MODE');
SELECT tap.dblink_exec('other', $$PREPARE TRANSACTION 'tap left it'$$);
SELECT is(pg_temp.figure('prepared', 'prepared'), '0', 'a young prepared transaction is let be');
SELECT matches(pg_temp.finding('prepared', '{"transaction_seconds": 0}'), $$^unwell: .*tap left it for .* → commit it, or almagest sql "ROLLBACK PREPARED 'tap left it'"$$, 'an old one is named');
SELECT tap.dblink_exec('other', $$ROLLBACK PREPARED 'tap left it'$$);

SELECT tap.dblink_exec('other', $x$DO $$ BEGIN PERFORM pg_create_physical_replication_slot('tap_slot', true); END $$$x$);
SELECT matches(pg_temp.finding('slots'), $$^unwell: replication slots that nobody reads .*tap_slot.* → start their standby again, or almagest sql "SELECT pg_drop_replication_slot\('tap_slot'\)"$$, 'a slot that nobody reads is named');
SELECT tap.dblink_exec('other', $x$DO $$ BEGIN PERFORM pg_drop_replication_slot('tap_slot'); END $$$x$);
SELECT is(pg_temp.figure('slots', 'slots'), '0', 'until it is dropped');

-- Rows that were never committed are dead ones.
SELECT tap.dblink_exec('other', 'BEGIN');
SELECT tap.dblink_exec('other', $$INSERT INTO llm.job (tenant_id, job_type, contract_version, priority, max_attempts, lease_seconds, enqueued_at, due_at, available_at, correlation_id)
    SELECT 1, 'a', '1.0.0', 1, 1, 1, now(), now(), now(), gen_random_uuid() FROM generate_series(1, 20000)$$);
SELECT tap.dblink_exec('other', 'ROLLBACK');
SELECT tap.dblink_exec('other', $x$DO $$ BEGIN PERFORM pg_stat_force_next_flush(); END $$$x$);
SELECT pg_stat_clear_snapshot();
SELECT matches(pg_temp.finding('dead rows', '{"dead_rows": 10000}'), '^unwell: [0-9]{5,} dead rows beside [0-9]+ live ones in llm.job.* → .*"VACUUM llm.job"$', 'many dead rows in the queue are told');
SELECT tap.dblink_disconnect('other');
SELECT * FROM finish();
ROLLBACK;
