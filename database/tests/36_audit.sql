-- Pairs that an audit of names found.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT plan(13);
CREATE TEMP TABLE at AS SELECT c[1] AS chunk FROM tap.chunks(1, 'audit', 'Mirelle Voss and Mirele Voss sail the Heron to Tarn.') c;
SELECT tap.route_entities(chunk, tap.entity(chunk, 'Mirelle Voss', 'person'), tap.entity(chunk, 'Mirele Voss', 'person'), tap.entity(chunk, 'Heron', 'ship'), tap.entity(chunk, 'Tarn', 'place')) FROM at;
SELECT tap.route_relations(chunk, tap.relation(chunk, 'Mirelle Voss', 'sails', 'Heron'), tap.relation(chunk, 'Mirele Voss', 'sails', 'Heron'),
    tap.relation(chunk, 'Mirelle Voss', 'sails_to', 'Tarn'), tap.relation(chunk, 'Tarn', 'sails_to', 'Mirele Voss')) FROM at;
CREATE TEMP TABLE who AS SELECT (SELECT entity_id FROM dbo.dim_entity WHERE name_key = 'mirelle voss' AND tenant_id = 1) AS a,
    (SELECT entity_id FROM dbo.dim_entity WHERE name_key = 'mirele voss' AND tenant_id = 1) AS b;
CREATE FUNCTION pg_temp.pairs(p_score numeric) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_array(jsonb_build_object('first_entity_id', least(a, b), 'second_entity_id', greatest(a, b), 'similarity', p_score,
        'explanation', jsonb_build_array('sound'))) FROM who
$$;
SELECT is((SELECT count(*) FROM dbo.fn_audit_names(1), who WHERE entity_id IN (a, b) AND type_key = 'person'), 2::bigint, 'an audit reads names and types');
SELECT row_eq('SELECT s.first_id, s.second_id, s.shared FROM who, dbo.fn_shared_relations(1, ARRAY[a], ARRAY[b]) s', ROW((SELECT a FROM who), (SELECT b FROM who), 1::bigint), 'relations that both have, in the same direction');
SELECT row_eq('SELECT n.noted, n.enqueued, n.has_job_type FROM dbo.usp_note_similar_entities(1, pg_temp.pairs(0.9)) n', ROW(1, 0, false), 'a pair is noted; no job without a job type');
SELECT row_eq('SELECT n.noted, n.enqueued, n.has_job_type FROM dbo.usp_note_similar_entities(1, pg_temp.pairs(0.8)) n', ROW(0, 0, false), 'once');
SELECT row_eq('SELECT similarity, status, explanation FROM dbo.entity_dedupe_candidate WHERE reason = ''similar'' AND tenant_id = 1', ROW(0.8::float8, 'open'::text, '["sound"]'::jsonb), 'with what was found last');
SELECT llm.usp_register_job_type('{"job_type": "entity_dedupe", "version": "1.0.0", "unit": "page", "after": null, "handler": "dbo.usp_process_entity_dedupe_output", "priority": 50, "max_attempts": 3, "lease_seconds": 30, "slack_seconds": 600, "sha256": "a"}');
SELECT row_eq('SELECT n.noted, n.enqueued, n.has_job_type FROM dbo.usp_note_similar_entities(1, pg_temp.pairs(0.8)) n', ROW(0, 1, true), 'with one, a job an open pair');
SELECT row_eq('SELECT n.noted, n.enqueued, n.has_job_type FROM dbo.usp_note_similar_entities(1, pg_temp.pairs(0.8)) n', ROW(0, 0, true), 'once');
SELECT is((SELECT (j.payload ->> 'first_entity_id')::bigint FROM llm.job j WHERE j.job_type = 'entity_dedupe'), (SELECT least(a, b) FROM who), 'which names the two');
UPDATE dbo.entity_dedupe_candidate SET status = 'distinct' WHERE reason = 'similar' AND tenant_id = 1;
SELECT is((SELECT n.noted FROM dbo.usp_note_similar_entities(1, pg_temp.pairs(0.7)) n), 0, 'what is decided');
SELECT row_eq('SELECT similarity, status FROM dbo.entity_dedupe_candidate WHERE reason = ''similar'' AND tenant_id = 1', ROW(0.8::float8, 'distinct'::text), 'stays decided');
SELECT throws_ok('SELECT dbo.usp_note_similar_entities(1, ''[{"first_entity_id": 2, "second_entity_id": 1}]'')', 'AL003', NULL, 'pairs the wrong way round are refused');
SELECT throws_ok('SELECT dbo.usp_note_similar_entities(-1, ''[]'')', 'AL004', NULL, 'so is an unknown tenant');
SELECT dbo.usp_merge_entities(1, a, ARRAY[b], NULL, 'ada') FROM who;
SELECT is((SELECT count(*) FROM dbo.fn_audit_names(1), who WHERE entity_id IN (a, b)), 1::bigint, 'merged entities are no part of an audit');
SELECT * FROM finish();
ROLLBACK;
