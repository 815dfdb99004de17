-- The answer that brings all families at once, in whatever order; and input that is out to harm.
BEGIN;
SELECT plan(36);
SELECT tap.job_type('knowledge_extraction');
-- What fits no family is kept for a schema proposal; here it is enough to see what comes.
CREATE TABLE pg_temp.kept (item jsonb);
CREATE OR REPLACE FUNCTION dbo.usp_route_unknown_items(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint, p_chunk_id bigint, p_items jsonb) RETURNS jsonb
LANGUAGE sql SET search_path = pg_catalog, public AS $$ INSERT INTO pg_temp.kept SELECT jsonb_array_elements(p_items); SELECT '{}'::jsonb $$;
CREATE FUNCTION pg_temp.items(p_chunk bigint, p_arrays jsonb) RETURNS jsonb LANGUAGE sql AS $$
    SELECT coalesce(jsonb_object_agg(a.key, (SELECT coalesce(jsonb_agg(tap.item(p_chunk, i.item) ORDER BY i.place), '[]') FROM jsonb_array_elements(a.value) WITH ORDINALITY i(item, place))), '{}') FROM jsonb_each(p_arrays) a $$;
CREATE FUNCTION pg_temp.know(p_chunk bigint, p_arrays jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT tap.route('knowledge_extraction', p_chunk, pg_temp.items(p_chunk, p_arrays)) $$;
CREATE TEMP TABLE c AS SELECT tap.chunks(1, 'all', 'Mirelle Voss owned the Heron from The First Tide to The Last Tide. In the Tide Age she lived at Tarn and led the Battle of Tarn.', 'Second.') AS k;
CREATE TEMP TABLE answer AS SELECT '{"dimensions": [{"family": "entity", "name": "Mirelle Voss", "type": "person", "aliases": ["the Gull"]}, {"family": "Entity", "name": "Heron"}, {"family": "event", "name": "Battle of Tarn", "type": "battle", "start_date": "1996-04-12"},
    {"family": "work", "name": "The First Tide", "type": "film"}, {"family": "location", "name": "Tarn", "aliases": ["the old harbour"]}, {"family": "period", "name": "Tide Age"}, {"family": "concept", "name": "Seamanship"}, {"family": "tag", "name": "sailing"},
    {"family": "Fleet", "name": "Grey Fleet", "type": "navy", "attributes": {"ships": 3}}],
  "facts": [{"kind": "assertion", "subject": "Mirelle Voss", "predicate": "born in", "value": 1701}, {"kind": "measurement", "subject": "Tarn", "predicate": "depth", "value": 72, "unit": "m"},
    {"kind": "attribute", "subject": "Grey Fleet", "predicate": "flies", "value": "grey"}],
  "bridges": [{"family": "ownership", "subject": "the Gull", "predicate": "owned", "object": "Heron", "start_work": "The First Tide", "end_work": "The Last Tide"}, {"family": "participation", "subject": "Mirelle Voss", "predicate": "led", "object": "Battle of Tarn"},
    {"subject": "Mirelle Voss", "predicate": "lived at", "object": "Tarn"}, {"subject": "Mirelle Voss", "predicate": "appears in", "object": "The First Tide"}, {"subject": "Mirelle Voss", "predicate": "lived in", "object": "Tide Age"},
    {"subject": "Mirelle Voss", "predicate": "known for", "object": "Seamanship"}, {"subject": "Battle of Tarn", "predicate": "fought at", "object": "Tarn"}, {"subject": "Orin", "subject_type": "person", "predicate": "heard of", "object": "Mutiny", "object_family": "event"}],
  "unknown": [{"family": "Rig", "name": "brig", "fields": {"masts": 2}, "start_date": "1700-01-01"}]}'::jsonb AS arrays;
SELECT is((SELECT pg_temp.know(k[1], arrays) FROM c, answer), '{"entities_new": 3, "entities_known": 0, "relations_new": 1, "relations_known": 0, "dimensions_new": 7, "dimensions_known": 0, "bridges_new": 6, "bridges_known": 0,
    "facts_new": 2, "facts_known": 0, "evidence_new": 19, "promoted": 19, "candidate": 0, "suppressed": 0, "unknown": 4}'::jsonb, 'every family goes its way, all in one');
SELECT row_eq('SELECT (SELECT count(*) FROM dbo.dim_event), (SELECT count(*) FROM dbo.dim_work), (SELECT count(*) FROM dbo.dim_location), (SELECT count(*) FROM dbo.dim_period), (SELECT count(*) FROM dbo.dim_concept), (SELECT count(*) FROM dbo.dim_tag), (SELECT count(*) FROM dbo.dim_entity)',
    ROW(2::bigint, 2::bigint, 1::bigint, 1::bigint, 1::bigint, 1::bigint, 3::bigint), 'into its dimension');
SELECT results_eq($$SELECT table_name, role FROM (SELECT 'event' AS table_name, participation_role AS role FROM dbo.bridge_entity_event UNION ALL SELECT 'work', appearance_type FROM dbo.bridge_entity_work UNION ALL SELECT 'location', location_role FROM dbo.bridge_entity_location
    UNION ALL SELECT 'period', period_role FROM dbo.bridge_entity_period UNION ALL SELECT 'concept', concept_role FROM dbo.bridge_entity_concept UNION ALL SELECT 'relation', relation_type FROM dbo.bridge_entity_relation) b ORDER BY 1, 2$$,
    $$VALUES ('concept', 'known_for'), ('event', 'heard_of'), ('event', 'led'), ('location', 'lived_at'), ('period', 'lived_in'), ('relation', 'owned'), ('work', 'appears_in')$$, 'bridges to the table that their ends call for');
SELECT results_eq($$SELECT f.entity_name, t.entity_name, s.work_name, e.work_name, s.work_type FROM dbo.bridge_entity_relation JOIN dbo.dim_entity f ON f.entity_id = from_entity_id JOIN dbo.dim_entity t ON t.entity_id = to_entity_id
    JOIN dbo.dim_work s ON s.work_id = start_work_id JOIN dbo.dim_work e ON e.work_id = end_work_id$$, $$VALUES ('Mirelle Voss', 'Heron', 'The First Tide', 'The Last Tide', 'film')$$, 'owned from one work to another');
SELECT results_eq($$SELECT subject_table, predicate FROM dbo.fact_assertion UNION ALL SELECT subject_table, predicate FROM dbo.fact_measurement$$, $$VALUES ('dbo.dim_entity', 'born_in'), ('dbo.dim_location', 'depth')$$, 'an end is of the family that the answer says its name is of');
SELECT results_eq($$SELECT item ->> 'family', item ->> 'name', item -> 'fields' FROM pg_temp.kept ORDER BY 1, item -> 'fields'$$, $$VALUES ('event_location', NULL, '{"subject": "Battle of Tarn", "subject_family": "event", "predicate": "fought at", "object": "Tarn", "object_family": "location"}'::jsonb),
    ('fleet', 'Grey Fleet', '{"flies": "grey"}'), ('fleet', 'Grey Fleet', '{"type": "navy", "ships": 3}'), ('rig', 'brig', '{"masts": 2}')$$, 'what fits no family is kept, with what it says');
SELECT is_empty($$SELECT FROM pg_temp.kept WHERE NOT item ?& ARRAY['confidence', 'grounding', 'evidence']$$, 'and its evidence');
SELECT is((SELECT item ->> 'start_date' FROM pg_temp.kept WHERE item ->> 'family' = 'rig'), '1700-01-01', 'and its bounds');
CREATE TEMP TABLE before AS SELECT tap.family_picture(1) AS families, tap.picture(1) - 'extractions' AS entities;
SELECT is((SELECT jsonb_object_agg(a.key, a.value) FROM c, answer, jsonb_each(pg_temp.know(k[1], arrays)) a WHERE a.key LIKE '%new'), '{"entities_new": 0, "relations_new": 0, "dimensions_new": 0, "bridges_new": 0, "facts_new": 0, "evidence_new": 0}', 'the same again is known');
SELECT row_eq('SELECT tap.family_picture(1), tap.picture(1) - ''extractions''', (SELECT b FROM before b), 'and changes nothing');
SELECT is((SELECT pg_temp.know(k[2], '{}') ->> 'evidence_new' FROM c), '0', 'an answer may be empty');

-- The order in which passages are read makes no difference.
CREATE TEMP TABLE result (steps integer[], picture jsonb);
DO $$
DECLARE v_steps integer[]; v_tenant integer; k bigint[];
    v_answers jsonb[] := ARRAY[
        '{"dimensions": [{"family": "entity", "name": "Mirelle Voss", "type": "person"}, {"family": "event", "name": "Great Fire"}, {"family": "work", "name": "Tides"}, {"family": "period", "name": "Age", "start_date": "1700-01-01", "start_precision": "year"}],
          "facts": [{"kind": "assertion", "subject": "Mirelle Voss", "predicate": "born", "value": "1701", "confidence": 0.8}], "bridges": [{"subject": "Mirelle Voss", "predicate": "saw", "object": "Great Fire", "start_text": "b"}]}',
        '{"dimensions": [{"family": "event", "name": "great fire", "type": "fire", "start_date": "1996-01-01", "end_date": "1996-12-31", "start_text": "1996"}, {"family": "work", "name": "TIDES", "type": "film", "start_date": "1977-01-01", "end_date": "1977-12-31", "start_text": "1977"}],
          "facts": [{"kind": "assertion", "subject": "mirelle voss", "predicate": "Born", "value": "1701", "attributes": {"at": "sea"}}, {"kind": "assertion", "subject": "mirelle voss", "predicate": "born", "value": "1702"}], "bridges": [{"subject": "Mirelle VOSS", "predicate": "saw", "object": "Great Fire", "start_text": "a"}]}',
        '{"dimensions": [{"family": "event", "name": "Great Fire", "start_date": "1996-04-12", "end_date": "1996-04-12", "start_text": "12 April 1996", "location": "Tarn"}, {"family": "work", "name": "Tides", "start_date": "1977-05-25", "end_date": "1977-05-25", "start_text": "25 May 1977", "canon_status": "canon"},
          {"family": "period", "name": "AGE", "end_date": "1799-12-31", "start_date": "1690-01-01"}], "facts": [{"kind": "state", "subject": "Great Fire", "predicate": "was", "value": "Hot", "start_work": "Tides"}]}',
        '{"dimensions": [{"family": "entity", "name": "Mirelle Voss", "type": "ship"}, {"family": "work", "name": "Tides", "start_date": "1978-01-01", "end_date": "1978-01-01"}], "facts": [{"kind": "state", "subject": "Great Fire", "subject_family": "event", "predicate": "was", "value": "hot", "start_work": "tides"}],
          "bridges": [{"subject": "Mirelle Voss", "predicate": "saw", "object": "Great Fire", "object_family": "event"}]}'];
BEGIN
    FOR v_steps IN SELECT ARRAY[w, x, y, z] FROM generate_series(1, 4) w, generate_series(1, 4) x, generate_series(1, 4) y, generate_series(1, 4) z
                    WHERE 10 = w + x + y + z AND 24 = w * x * y * z LOOP
        v_tenant := llm.usp_ensure_tenant('knowledge order ' || v_steps::text);
        k := tap.chunks(v_tenant, 'one', 'First passage.', 'Second passage.') || tap.chunks(v_tenant, 'two', 'Third passage.', 'Fourth passage.');
        FOR i IN 1 .. 4 LOOP
            PERFORM pg_temp.know(k[v_steps[i]], v_answers[v_steps[i]]);
        END LOOP;
        INSERT INTO result VALUES (v_steps, tap.family_picture(v_tenant) || jsonb_build_object('entities', tap.picture(v_tenant)));
    END LOOP;
END $$;
SELECT is((SELECT count(*) FROM result), 24::bigint, 'all orders of four answers were tried');
SELECT is((SELECT string_agg(DISTINCT p.key, ' ') FROM result r, jsonb_each(r.picture) p WHERE p.value <> (SELECT picture -> p.key FROM result WHERE steps = '{1,2,3,4}')), NULL, 'and all give the same knowledge');
SELECT is((SELECT jsonb_array_length(picture -> 'dbo.dim_event') || ' ' || jsonb_array_length(picture -> 'dbo.bridge_entity_event') || ' ' || jsonb_array_length(picture -> 'dbo.fact_assertion') || ' ' || jsonb_array_length(picture -> 'dbo.fact_state') FROM result LIMIT 1),
    '1 2 2 1', 'of one event, seen by two namesakes, with a contradiction');

-- Bad input: refused by name, and nothing of it written.
CREATE TEMP TABLE rows_before AS SELECT tap.family_picture(1) AS picture, (SELECT count(*) FROM dbo.name) AS names, (SELECT count(*) FROM dbo.evidence) AS evidence;
CREATE FUNCTION pg_temp.raw(p_output jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT tap.route('knowledge_extraction', k[1], p_output) FROM c $$;
SELECT throws_ok(format('SELECT pg_temp.raw(%L)', output), 'AL003', fault, left(fault, 60)) FROM (VALUES
    ('the output must be a JSON object', '[]'::jsonb), ('the output must be a JSON object', '"text"'), ('the output must be a JSON object', 'null'), ('dimensions: must be an array', '{"dimensions": {}}'), ('facts[0]: must be an object', '{"facts": [null]}')) b(fault, output);
SELECT throws_ok(format($$SELECT pg_temp.know(k[1], jsonb_build_object('dimensions', '[{"family": "location", "name": "Newly said"}]'::jsonb) || %L) FROM c$$, arrays), 'AL003', fault, left(fault, 60)) FROM (VALUES
    ('facts[0].value: must be a non-empty string, a number or a boolean', '{"facts": [{"kind": "state", "subject": "x", "predicate": "p"}]}'::jsonb), ('bridges[1].object: must be a non-empty string', '{"bridges": [{"subject": "x", "predicate": "p", "object": "y"}, {"subject": "x", "predicate": "p"}]}'),
    ('bridges[0].start_date: must be a date, YYYY-MM-DD', '{"bridges": [{"subject": "x", "predicate": "p", "object": "y", "start_date": "2024-02-31"}]}'), ('bridges[0].start_date: must be a date, YYYY-MM-DD', '{"bridges": [{"subject": "x", "predicate": "p", "object": "y", "start_date": "early 1990s"}]}'),
    ('bridges[0].end_date: must be a date, YYYY-MM-DD', '{"bridges": [{"subject": "x", "predicate": "p", "object": "y", "end_date": "0000-01-01"}]}'), ('unknown[0].fields: must be an object', '{"unknown": [{"family": "x", "fields": []}]}'),
    ('unknown[0].family: must be a non-empty string', '{"unknown": [{"name": "x"}]}'), ('dimensions[0].family: must be a non-empty string', '{"dimensions": [{"name": "x"}]}'),
    ('dimensions[0].name: must not be longer than 1000 characters', jsonb_build_object('dimensions', jsonb_build_array(jsonb_build_object('family', 'concept', 'name', repeat('x', 1000001))))),
    ('dimensions[0].confidence: must be a number from 0 to 1', '{"dimensions": [{"family": "concept", "name": "x", "confidence": 1e30}]}'), ('bridges[0].confidence: must be a number from 0 to 1', '{"bridges": [{"subject": "x", "predicate": "p", "object": "y", "confidence": -0.0001}]}'),
    ('dimensions[0].aliases: must hold strings of at most 1000 characters', '{"dimensions": [{"family": "concept", "name": "x", "aliases": [7]}]}')) b(fault, arrays);
SELECT throws_ok($$SELECT pg_temp.raw(jsonb_build_object('bridges', (SELECT jsonb_agg(n) FROM generate_series(1, 100000) n)))$$, 'AL003', 'bridges: must not hold more than 50000 items, has 100000', 'so are arrays of 100,000 items');
SELECT throws_ok($$SELECT pg_temp.raw('{"dimensions": [{"family": "concept", "name": "a\u0000b"}]}')$$, '22P05', NULL, 'a NUL is no text');
SELECT throws_ok($$SELECT pg_temp.raw('{"dimensions": [{"family": "concept", "name": "a\ud800b"}]}')$$, '22P02', NULL, 'half a surrogate pair neither');
SELECT row_eq('SELECT tap.family_picture(1), (SELECT count(*) FROM dbo.name), (SELECT count(*) FROM dbo.evidence)', (SELECT b FROM rows_before b), 'and nothing of it stays');
SELECT lives_ok(format('SELECT pg_temp.know(k[1], %L) FROM c', jsonb_build_object('dimensions', jsonb_build_array(jsonb_build_object('family', 'tag', 'name', sql), jsonb_build_object('family', 'event', 'name', sql, 'type', sql, 'location', sql)),
    'bridges', jsonb_build_array(jsonb_build_object('subject', sql, 'predicate', sql, 'object', sql || ' two', 'object_family', 'period'), jsonb_build_object('subject', sql, 'predicate', sql, 'object', sql, 'object_family', sql)))), 'names, types, roles and families may be SQL')
  FROM (VALUES ($q$x'); DROP TABLE dbo.dim_event; -- %I %s $1 "$q$)) b(sql);
SELECT * FROM finish();
ROLLBACK;
