-- Merging entities that events, works and facts refer to, as routing wrote them, and taking it back.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT plan(17);
SELECT tap.job_type('knowledge_extraction');
CREATE FUNCTION pg_temp.dump() RETURNS TABLE (table_name text, row_text text) LANGUAGE plpgsql AS $$
DECLARE v_table text;
BEGIN
    FOR v_table IN SELECT t.relname FROM pg_class t WHERE t.relnamespace = 'dbo'::regnamespace AND t.relkind = 'r'
                      AND t.relname NOT IN ('entity_merge', 'entity_merge_row') AND t.relname NOT LIKE 'review\_%' ORDER BY 1 LOOP
        RETURN QUERY EXECUTE format('SELECT %L::text, to_jsonb(t)::text FROM dbo.%I t', v_table, v_table);
    END LOOP;
END $$;
CREATE FUNCTION pg_temp.know(p_chunk bigint, p_name text, p_more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT tap.route('knowledge_extraction', p_chunk, jsonb_build_object(
        'facts', (SELECT jsonb_agg(tap.item(p_chunk, jsonb_build_object('subject', p_name) || f || p_more)) FROM jsonb_array_elements('[{"kind": "assertion", "predicate": "born", "value": "1701"},
            {"kind": "measurement", "predicate": "height", "value": 172, "unit": "cm"}, {"kind": "state", "predicate": "wears", "value": "red", "start_date": "1996-01-01", "start_work": "The First Tide"}]') f),
        'bridges', (SELECT jsonb_agg(tap.item(p_chunk, jsonb_build_object('subject', p_name) || b || p_more)) FROM jsonb_array_elements('[{"predicate": "led", "object": "Battle of Tarn", "object_family": "event"}, {"predicate": "in", "object": "The First Tide", "object_family": "work"},
            {"predicate": "of", "object": "Tarn", "object_family": "location"}, {"predicate": "of", "object": "Tide Age", "object_family": "period"}, {"predicate": "of", "object": "Seamanship", "object_family": "concept"},
            {"predicate": "sails", "object": "Heron"}]') b))) $$;
CREATE TEMP TABLE c AS SELECT a.k AS one, b.k AS two, d.k AS three FROM (SELECT (tap.chunks(1, 'one', 'Mirelle Voss led all of it.'))[1] AS k) a, (SELECT (tap.chunks(1, 'two', 'M. Voss led all of it.'))[1] AS k) b,
    (SELECT (tap.chunks(1, 'three', 'Mirelle Voss was born in 1702.'))[1] AS k) d;
SELECT tap.route_entities(one, tap.entity(one, 'Mirelle Voss', 'person')), tap.route_entities(two, tap.entity(two, 'M. Voss', 'person')) FROM c;
SELECT pg_temp.know(one, 'Mirelle Voss', '{"confidence": 0.75, "attributes": {"from": "one"}}'), pg_temp.know(two, 'M. Voss', '{"attributes": {"from": "two"}}') FROM c;
SELECT dbo.usp_batch_insert_facts(1, NULL, source_page_id, chunk_id, jsonb_build_array(tap.item(chunk_id, '{"kind": "assertion", "subject": "Mirelle Voss", "predicate": "born", "value": "1702"}'))) FROM c JOIN vector.chunk ON chunk_id = three;
CREATE TEMP TABLE who AS SELECT (SELECT entity_id FROM dbo.dim_entity WHERE entity_name = 'Mirelle Voss') AS master, (SELECT entity_id FROM dbo.dim_entity WHERE entity_name = 'M. Voss') AS duplicate;
SELECT is((SELECT count(*) FROM dbo.bridge_entity_event) + (SELECT count(*) FROM dbo.bridge_entity_work) + (SELECT count(*) FROM dbo.bridge_entity_location) + (SELECT count(*) FROM dbo.bridge_entity_period) + (SELECT count(*) FROM dbo.bridge_entity_concept)
    + (SELECT count(*) FROM dbo.fact_assertion) + (SELECT count(*) FROM dbo.fact_measurement) + (SELECT count(*) FROM dbo.fact_state), 17::bigint, 'each has rows in every table');
CREATE TEMP TABLE before AS SELECT * FROM pg_temp.dump();

CREATE TEMP TABLE merge AS SELECT dbo.usp_merge_entities(1, master, ARRAY[duplicate], 'one captain', 'ada') AS id FROM who;
SELECT is((SELECT count(*) FROM dbo.bridge_entity_event) + (SELECT count(*) FROM dbo.bridge_entity_work) + (SELECT count(*) FROM dbo.bridge_entity_location) + (SELECT count(*) FROM dbo.bridge_entity_period) + (SELECT count(*) FROM dbo.bridge_entity_concept)
    + (SELECT count(*) FROM dbo.fact_assertion) + (SELECT count(*) FROM dbo.fact_measurement) + (SELECT count(*) FROM dbo.fact_state), 9::bigint, 'what says the same becomes one');
SELECT results_eq($$SELECT table_name, support, confidence, promotion_state, attributes, evidence FROM (
    SELECT 'event' AS table_name, support, confidence::float8, promotion_state::text, attributes, (SELECT count(*) FROM dbo.evidence v WHERE v.target_table = 'dbo.bridge_entity_event' AND v.target_id = entity_event_id) AS evidence FROM dbo.bridge_entity_event
    UNION ALL SELECT 'measurement', support, confidence::float8, promotion_state::text, attributes, (SELECT count(*) FROM dbo.evidence v WHERE v.target_table = 'dbo.fact_measurement' AND v.target_id = measurement_id) FROM dbo.fact_measurement
    UNION ALL SELECT 'state', support, confidence::float8, promotion_state::text, attributes, (SELECT count(*) FROM dbo.evidence v WHERE v.target_table = 'dbo.fact_state' AND v.target_id = state_id) FROM dbo.fact_state) x$$,
    $$VALUES ('event', 2, 0.95::float8, 'promoted', '{"from": ["one", "two"]}'::jsonb, 2::bigint), ('measurement', 2, 0.95, 'promoted', '{"from": ["one", "two"]}', 2), ('state', 2, 0.95, 'promoted', '{"from": ["one", "two"]}', 2)$$,
    'with the evidence of both, and the better state');
SELECT is((SELECT count(*) FROM dbo.fact_assertion a, who WHERE a.subject_id = master AND a.subject_table = 'dbo.dim_entity'), 2::bigint, 'facts with other values stay beside');
SELECT is((SELECT count(*) FROM dbo.vw_conflict WHERE predicate = 'born'), 2::bigint, 'and contradict one another now');
CREATE TEMP TABLE settled AS SELECT tap.family_picture(1) AS picture;
SELECT pg_temp.know(two, 'M. Voss', '{"attributes": {"from": "two"}}') FROM c;
SELECT is(tap.family_picture(1), (SELECT picture FROM settled), 'the same answer again changes nothing');
SELECT is((SELECT dbo.usp_unmerge_entities(id) FROM merge), (SELECT master FROM who), 'the merge is taken back');
SELECT is_empty('(SELECT * FROM pg_temp.dump() WHERE table_name <> ''fact_entity_extraction'' EXCEPT ALL SELECT * FROM before) UNION ALL (SELECT * FROM before WHERE table_name <> ''fact_entity_extraction'' EXCEPT ALL SELECT * FROM pg_temp.dump())', 'and every table is what it was before');

-- What is said after a merge goes, when it is taken back, to the one under whose name it was said.
UPDATE merge SET id = (SELECT dbo.usp_merge_entities(1, master, ARRAY[duplicate], 'one captain', 'ada') FROM who);
CREATE TEMP TABLE later AS SELECT (tap.chunks(1, 'later', 'M. Voss slept.'))[1] AS k;
SELECT dbo.usp_batch_insert_facts(1, NULL, source_page_id, chunk_id, jsonb_build_array(tap.item(chunk_id, '{"kind": "state", "subject": "M. Voss", "subject_type": "person", "predicate": "slept", "value": "long"}'),
    tap.item(chunk_id, '{"kind": "measurement", "subject": "M. Voss", "subject_type": "person", "predicate": "height", "value": 172, "unit": "cm", "attributes": {"from": "later"}}'))) FROM later JOIN vector.chunk ON chunk_id = k;
SELECT dbo.usp_insert_entity_work(1, NULL, source_page_id, chunk_id, tap.item(chunk_id, '{"subject": "M. Voss", "predicate": "sleeps in", "object": "The Last Tide"}')) FROM later JOIN vector.chunk ON chunk_id = k;
SELECT dbo.usp_insert_entity_period(1, NULL, source_page_id, chunk_id, tap.item(chunk_id, '{"subject": "M. Voss", "predicate": "late in", "object": "Tide Age"}')) FROM c JOIN vector.chunk ON chunk_id = two;
SELECT results_eq($$SELECT subject_id FROM dbo.fact_state WHERE predicate = 'slept' UNION ALL SELECT entity_id FROM dbo.bridge_entity_work WHERE appearance_type = 'sleeps_in' UNION ALL SELECT entity_id FROM dbo.bridge_entity_period WHERE period_role = 'late_in'$$,
    'SELECT master FROM who, generate_series(1, 3)', 'it is the master''s');
SELECT is((SELECT support FROM dbo.fact_measurement), 3, 'what both had is said once more');
SELECT lives_ok('SELECT dbo.usp_unmerge_entities(id) FROM merge', 'the merge can be taken back');
SELECT results_eq($$SELECT subject_id FROM dbo.fact_state WHERE predicate = 'slept' UNION ALL SELECT entity_id FROM dbo.bridge_entity_work WHERE appearance_type = 'sleeps_in' UNION ALL SELECT entity_id FROM dbo.bridge_entity_period WHERE period_role = 'late_in'$$,
    'SELECT duplicate FROM who, generate_series(1, 3)', 'then it is the duplicate''s, bridges and facts, of new mentions and of old');
SELECT results_eq('SELECT subject_id, support, attributes FROM dbo.fact_measurement ORDER BY support', $$SELECT master, 1, '{"from": "one"}'::jsonb FROM who UNION ALL SELECT duplicate, 2, '{"from": ["later", "two"]}' FROM who$$, 'and rows that both had are parted by their evidence');
SELECT is((SELECT count(*) FROM dbo.evidence v JOIN dbo.entity_mention m USING (mention_id) JOIN dbo.fact_measurement f ON f.measurement_id = v.target_id WHERE v.target_table = 'dbo.fact_measurement' AND f.subject_id <> m.entity_id), 0::bigint, 'each where its mentions are');
SELECT is((SELECT dbo.fn_misplaced_mentions(1, ARRAY[master, duplicate]) FROM who), '{}'::bigint[], 'and nothing is misplaced');

-- A fixed point: later answers go where they belong.
SELECT dbo.usp_insert_entity_concept(1, NULL, source_page_id, chunk_id, tap.item(chunk_id, '{"subject": "M. Voss", "predicate": "knows", "object": "Seamanship"}')) FROM later JOIN vector.chunk ON chunk_id = k;
SELECT is((SELECT entity_id FROM dbo.bridge_entity_concept WHERE concept_role = 'knows'), (SELECT duplicate FROM who), 'a duplicate that is none any more is named again');
SELECT is((SELECT count(*) FROM dbo.dim_entity WHERE promotion_state = 'merged'), 0::bigint, 'and no row is merged');
SELECT * FROM finish();
ROLLBACK;
