-- What a model says of a pair that may be one: merged, distinct, or left to a person.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT plan(34);
SELECT tap.job_type('entity_dedupe', 'page');
CREATE TEMP TABLE c AS SELECT (tap.chunks(1, 'pairs', 'A1 A2 B1 B2 C1 C2 D1 D2 E1 E2'))[1] AS k;
SELECT tap.route_entities(k, VARIADIC ARRAY(SELECT tap.entity(k, a || n, 'person') FROM unnest('{A,B,C,D,E}'::text[]) a, generate_series(1, 2) n)) FROM c;
SELECT tap.route_entities(k[1], tap.entity(k[1], 'F1', 'person'), tap.entity(k[1], 'F2', 'person')) FROM tap.chunks(1, 'more pairs', 'F1 F2') k;
CREATE TEMP TABLE pair AS SELECT left(a.entity_name, 1) AS name, least(a.entity_id, b.entity_id) AS one, greatest(a.entity_id, b.entity_id) AS two
    FROM dbo.dim_entity a JOIN dbo.dim_entity b ON left(a.entity_name, 1) = left(b.entity_name, 1) AND a.entity_name < b.entity_name;
SELECT row_eq($$SELECT n.noted, n.enqueued FROM dbo.usp_note_similar_entities(1, (SELECT jsonb_agg(jsonb_build_object('first_entity_id', one, 'second_entity_id', two, 'similarity', 0.9, 'explanation', '{"for": ["alike"]}'::jsonb)) FROM pair)) n$$,
    ROW(6, 6), 'an audit enqueues a job a pair');
CREATE FUNCTION pg_temp.job(p_name text) RETURNS bigint LANGUAGE sql AS $$
    SELECT j.job_id FROM llm.job j, pair WHERE j.job_type = 'entity_dedupe' AND name = p_name AND (j.payload ->> 'first_entity_id')::bigint = one $$;
CREATE FUNCTION pg_temp.decide(p_name text, p_decision text, p_confidence float8, p_more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT dbo.usp_process_entity_dedupe_output(pg_temp.job(p_name), NULL, jsonb_build_object('decision', p_decision, 'confidence', p_confidence, 'reason', 'the same port')
        || CASE WHEN p_decision = 'merge' THEN jsonb_build_object('master_entity_id', two, 'duplicate_entity_ids', jsonb_build_array(one)) ELSE '{}' END || p_more) FROM pair WHERE name = p_name $$;
CREATE FUNCTION pg_temp.status(p_name text) RETURNS TABLE (status text, decision text) LANGUAGE sql AS $$
    SELECT c.status, c.decision ->> 'decision' FROM dbo.entity_dedupe_candidate c JOIN pair ON one = first_entity_id AND two = second_entity_id WHERE name = p_name $$;

SELECT is(pg_temp.decide('A', 'merge', 0.95) - 'merge_id', '{"decision": "merge", "applied": true, "status": "merged"}', 'a sure merge is done');
SELECT results_eq('SELECT e.merged_into_id FROM dbo.dim_entity e JOIN pair ON e.entity_id = one WHERE name = ''A''', 'SELECT two FROM pair WHERE name = ''A''', 'into the master that the model named');
SELECT results_eq('SELECT actor, reason FROM dbo.entity_merge', $$VALUES ('model unknown', 'the same port')$$, 'on the model''s account');
SELECT results_eq($$SELECT * FROM pg_temp.status('A')$$, $$VALUES ('merged', 'merge')$$, 'with the decision on the pair');
SELECT is(pg_temp.decide('A', 'merge', 0.95), format('{"decision": "merge", "applied": false, "status": "merged", "merge_id": null, "reason": "entity %s is merged into %s: there is nothing to decide"}', one, two)::jsonb, 'the same again changes nothing') FROM pair WHERE name = 'A';
SELECT is((SELECT count(*) FROM dbo.entity_merge), 1::bigint, 'and merges nothing');
SELECT is(pg_temp.decide('B', 'merge', 0.8) ->> 'status', 'open', 'an unsure merge waits for a person');
SELECT results_eq($$SELECT * FROM pg_temp.status('B')$$, $$VALUES ('open', 'merge')$$, 'with the decision on the pair');
SELECT is(pg_temp.decide('C', 'distinct', 0.8), '{"decision": "distinct", "applied": true, "status": "distinct", "merge_id": null}', 'distinct closes the pair');
SELECT is(pg_temp.decide('C', 'merge', 1) ->> 'status', 'distinct', 'and a later answer does not open it');
SELECT is(pg_temp.decide('D', 'distinct', 0.3) ->> 'status', 'open', 'a distinct that is hardly one waits, too');
SELECT is(pg_temp.decide('D', 'unsure', 1) ->> 'status', 'open', 'so does unsure');
SELECT dbo.usp_set_thresholds(1, 'entity_dedupe', 0.8, 0.5);
SELECT is(pg_temp.decide('B', 'merge', 0.8) ->> 'status', 'merged', 'thresholds of their own decide');
SELECT dbo.usp_unmerge_entities((SELECT max(merge_id) FROM dbo.entity_merge));
SELECT results_eq($$SELECT * FROM pg_temp.status('B')$$, $$VALUES ('open', 'merge')$$, 'a merge that is taken back leaves the pair to a person');
SELECT dbo.usp_merge_entities(1, one, ARRAY[two], 'by hand', 'ada') FROM pair WHERE name = 'E';
SELECT is(pg_temp.decide('E', 'merge', 1) - 'reason', '{"decision": "merge", "applied": false, "status": "merged", "merge_id": null}', 'what a person merged meanwhile stays');
SELECT is(dbo.usp_process_entity_dedupe_output(pg_temp.job('E'), NULL, '{}') ->> 'reason', format('entity %s is merged into %s: there is nothing to decide', two, one), 'a job about it ends with the reason, even where nobody was asked') FROM pair WHERE name = 'E';
SELECT is(pg_temp.decide('F', 'merge', 1, '{"grounding": "fuzzy"}') - 'merge_id', '{"decision": "merge", "applied": false, "status": "open"}', 'an answer that had to be mended merges nothing on its own');
SELECT is(pg_temp.decide('F', 'distinct', 1, '{"grounding": "fuzzy"}') - 'merge_id', '{"decision": "distinct", "applied": false, "status": "open"}', 'nor does it close a pair');
SELECT results_eq($$SELECT * FROM pg_temp.status('F')$$, $$VALUES ('open', 'distinct')$$, 'but is kept for the review');
SELECT is(pg_temp.decide('F', 'merge', 1, '{"grounding": "passage"}') ->> 'status', 'merged', 'one that read well does merge');
SELECT dbo.usp_unmerge_entities((SELECT max(merge_id) FROM dbo.entity_merge));
CREATE TEMP TABLE forgetting AS SELECT dbo.usp_forget_page(1, source_page_id, NULL, NULL) FROM sem.source_page WHERE locator = 'more pairs';
SELECT is(dbo.usp_process_entity_dedupe_output((SELECT j.job_id FROM llm.usp_enqueue_job(1, 'entity_dedupe', NULL, NULL, NULL, jsonb_build_object('first_entity_id', one, 'second_entity_id', two), NULL, NULL, NULL) j), NULL, '{}'), format('{"decision": null, "applied": false, "status": "unknown", "merge_id": null, "reason": "entity %s is gone, entity %s is gone: there is nothing to decide"}', one, two)::jsonb, 'a job about forgotten ones ends with the reason') FROM pair WHERE name = 'F';
SELECT throws_ok($$SELECT pg_temp.decide('D', 'merge', 1, '{"grounding": 3}')$$, 'AL003', 'grounding: must be a string', 'a grounding that is none is refused');

SELECT throws_ok(format('SELECT pg_temp.decide(''D'', ''merge'', 1, %L)', more), 'AL003', fault, left(fault, 60)) FROM (VALUES
    ('decision: must be merge, distinct or unsure', '{"decision": "perhaps"}'::jsonb), ('confidence: must be a number from 0 to 1', '{"confidence": 2}'), ('reason: must be a string of at most 10000 characters', '{"reason": []}'),
    ('duplicate_entity_ids: must hold the other one of the pair of the job', '{"duplicate_entity_ids": []}')) b(fault, more);
SELECT throws_like($$SELECT pg_temp.decide('D', 'merge', 1, '{"master_entity_id": 1e9}')$$, 'master_entity_id: must be%the pair of the job', 'a master outside of the pair is refused');
SELECT throws_like($$SELECT pg_temp.decide('D', 'merge', 1, jsonb_build_object('duplicate_entity_ids', jsonb_build_array(two))) FROM pair WHERE name = 'D'$$, 'duplicate_entity_ids: must%', 'so is the master itself');
SELECT throws_like($$SELECT pg_temp.decide('D', 'merge', 1, '{"master_entity_id": null}')$$, 'master_entity_id: must be%', 'so is no master');
SELECT throws_ok($$SELECT dbo.usp_process_entity_dedupe_output(pg_temp.job('D'), NULL, '[]')$$, 'AL003', 'the output must be a JSON object', 'so is an array');
SELECT throws_ok($$SELECT dbo.usp_process_entity_dedupe_output(987654321, NULL, '{}')$$, 'AL004', NULL, 'so is a job that is not live');
SELECT throws_ok($$SELECT dbo.usp_process_entity_dedupe_output(pg_temp.job('D'), gen_random_uuid(), '{}')$$, 'AL004', NULL, 'and a run that is not known');
SELECT is((SELECT count(*) FROM dbo.entity_merge WHERE undone_at IS NULL), 2::bigint, 'nothing of it merges anything');
SELECT * FROM finish();
ROLLBACK;
