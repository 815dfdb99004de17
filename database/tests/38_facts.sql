-- Facts: assertions, measurements, states, attributes and descriptors; enrichment and contradiction.
BEGIN;
SELECT plan(40);
CREATE TEMP TABLE c AS SELECT tap.chunks(1, 'life', 'Mirelle Voss, born in 1701, was 172 cm tall. She wore red from 1996 to 1998 and was calm.', 'Voss was born in 1702.') AS k, tap.chunks(1, 'other life', 'Mirelle Voss was born in 1701.') AS o;
SELECT tap.route_entities(k[1], tap.entity(k[1], 'Mirelle Voss', 'person', '{"aliases": ["the Gull"]}')) FROM c;
CREATE FUNCTION pg_temp.facts(p_chunk bigint, VARIADIC p_items jsonb[]) RETURNS SETOF record LANGUAGE sql AS $$
    SELECT f.ordinal, f.table_name, f.is_new FROM vector.chunk, dbo.usp_batch_insert_facts(1, NULL, source_page_id, chunk_id,
        (SELECT jsonb_agg(tap.item(p_chunk, '{"kind": "assertion", "subject": "Mirelle Voss"}' || i)) FROM unnest(p_items) i)) f WHERE chunk_id = p_chunk $$;
CREATE FUNCTION pg_temp.life() RETURNS TABLE (ordinal integer, table_name text, is_new boolean) LANGUAGE sql AS $$
    SELECT f.* FROM c, pg_temp.facts(k[1], '{"predicate": "Born in", "value": 1701}', '{"kind": "measurement", "predicate": "height", "value": "172 cm"}',
        '{"kind": "State", "predicate": "wears", "value": "Red", "start_date": "1996-01-01", "end_date": "1998-12-31", "start_text": "1996", "end_text": "1998", "start_work": "The First Tide"}',
        '{"kind": "descriptor", "predicate": "is", "value": "calm"}', '{"kind": "attribute", "subject": "the gull", "predicate": "wears", "value": "red", "confidence": 0.75, "attributes": {"where": "sea"}}') f(ordinal integer, table_name text, is_new boolean) $$;
SELECT results_eq('SELECT * FROM pg_temp.life()', $$VALUES (1, 'dbo.fact_assertion', true), (2, 'dbo.fact_measurement', true), (3, 'dbo.fact_state', true), (4, 'dbo.fact_assertion', true), (5, 'dbo.fact_assertion', true)$$, 'each kind of fact has its table');
SELECT results_eq('SELECT predicate, value, promotion_state::text, support, attributes FROM dbo.fact_assertion ORDER BY 1',
    $$VALUES ('born_in', '1701', 'promoted', 1, '{}'::jsonb), ('is', 'calm', 'promoted', 1, '{"kind": "descriptor"}'), ('wears', 'red', 'candidate', 1, '{"kind": "attribute", "where": "sea"}')$$,
    'attributes and descriptors are assertions that keep their kind');
SELECT results_eq('SELECT predicate, value, unit, value_text FROM dbo.fact_measurement', $$VALUES ('height', 172::numeric, 'cm', '172 cm')$$, 'a measurement has number and unit');
SELECT results_eq('SELECT value, start_date, end_date, start_text, work_name FROM dbo.fact_state JOIN dbo.dim_work ON work_id = start_work_id', $$VALUES ('Red', date '1996-01-01', date '1998-12-31', '1996', 'The First Tide')$$, 'a state has bounds, works among them');
SELECT is((SELECT count(*) FROM dbo.fact_assertion a JOIN dbo.dim_entity e ON e.entity_id = a.subject_id WHERE a.subject_table = 'dbo.dim_entity' AND e.entity_name = 'Mirelle Voss'), 3::bigint, 'an alias means the entity');
SELECT is((SELECT count(*) FROM dbo.evidence v WHERE v.target_table LIKE 'dbo.fact%' AND mention_id IS NOT NULL), 5::bigint, 'every fact has evidence, and rests on the mention of its subject');
CREATE TEMP TABLE before AS SELECT tap.family_picture(1) AS picture, (SELECT max(updated_at) FROM dbo.fact_assertion) AS updated_at, (SELECT count(*) FROM dbo.evidence) AS evidence;
SELECT is((SELECT bool_or(is_new) FROM pg_temp.life()), false, 'the same again is known');
SELECT row_eq('SELECT tap.family_picture(1), (SELECT max(updated_at) FROM dbo.fact_assertion), (SELECT count(*) FROM dbo.evidence)', (SELECT b FROM before b), 'and changes nothing');

-- Enrichment and contradiction.
SELECT * FROM c, pg_temp.facts(o[1], '{"predicate": "born in", "value": " 1701 ", "attributes": {"by": "the sea"}}') f(ordinal integer, table_name text, is_new boolean);
SELECT results_eq($$SELECT support, attributes FROM dbo.fact_assertion WHERE predicate = 'born_in'$$, $$VALUES (2, '{"by": "the sea"}'::jsonb)$$, 'another page that says so adds support and attributes');
SELECT * FROM c, pg_temp.facts(k[2], '{"predicate": "born in", "value": "1702"}', '{"kind": "measurement", "predicate": "height", "value": 1.8, "unit": "m"}', '{"kind": "measurement", "predicate": "height", "value": "172.0", "unit": "cm"}',
    '{"kind": "measurement", "predicate": "height", "value": 180, "unit": "cm"}', '{"kind": "state", "predicate": "wears", "value": "blue", "start_date": "1997-01-01"}', '{"kind": "state", "predicate": "wears", "value": "grey", "start_date": "1999-01-01"}') f(ordinal integer, table_name text, is_new boolean);
SELECT is((SELECT count(*) FROM dbo.fact_assertion WHERE predicate = 'born_in'), 2::bigint, 'a contradiction is a second assertion');
SELECT results_eq($$SELECT value, other_value FROM dbo.vw_conflict WHERE predicate = 'born_in' ORDER BY 1$$, $$VALUES ('1701', '1702'), ('1702', '1701')$$, 'and a conflict, from both sides');
SELECT results_eq($$SELECT value, other_value FROM dbo.vw_conflict WHERE table_name = 'dbo.fact_state' ORDER BY 1, 2$$, $$VALUES ('Red', 'blue'), ('blue', 'Red'), ('blue', 'grey'), ('grey', 'blue')$$, 'where bounds overlap');
SELECT results_eq($$SELECT value, other_value FROM dbo.vw_conflict WHERE predicate = 'height' ORDER BY 1, 2$$, $$VALUES ('172 cm', '180 cm'), ('180 cm', '172 cm')$$, 'measurements in one unit; other ways to write a number are the same');
UPDATE dbo.fact_assertion SET promotion_state = 'suppressed' WHERE value = '1702';
SELECT is_empty($$SELECT FROM dbo.vw_conflict WHERE predicate = 'born_in'$$, 'what is suppressed contradicts nothing');
SELECT tap.route_relations(k[1], tap.relation(k[1], 'Mirelle Voss', 'led', 'Guild', '{"start_date": "1990-01-01", "end_date": "1995-01-01"}'), tap.relation(k[1], 'Mirelle Voss', 'led', 'Guild', '{"start_date": "1991-01-01", "end_date": "1994-01-01"}'),
    tap.relation(k[1], 'Mirelle Voss', 'led', 'Guild', '{"start_date": "1994-06-01", "end_date": "1996-01-01"}')) FROM c;
SELECT results_eq($$SELECT start_date, other_start_date FROM dbo.vw_conflict WHERE kind = 'span' ORDER BY 1$$, $$VALUES (date '1990-01-01', date '1994-06-01'), (date '1994-06-01', date '1990-01-01')$$, 'spans conflict where they overlap and neither narrows the other');
SELECT dbo.usp_batch_insert_dimensions(1, NULL, source_page_id, chunk_id, 'work', jsonb_build_array(tap.item(chunk_id, '{"name": "The Last Tide", "start_date": "1977-05-25"}'))) FROM c JOIN vector.chunk ON chunk_id = k[1];
SELECT dbo.usp_batch_insert_dimensions(1, NULL, source_page_id, chunk_id, 'work', jsonb_build_array(tap.item(chunk_id, '{"name": "The Last Tide", "start_date": "1977-01-01", "end_date": "1977-12-31"}'))) FROM c JOIN vector.chunk ON chunk_id = k[2];
SELECT is_empty($$SELECT FROM dbo.vw_conflict WHERE kind = 'date'$$, 'a year that holds the day is no conflict');
SELECT dbo.usp_batch_insert_dimensions(1, NULL, source_page_id, chunk_id, 'work', jsonb_build_array(tap.item(chunk_id, '{"name": "The Last Tide", "start_date": "1978-05-25"}'))) FROM c JOIN vector.chunk ON chunk_id = o[1];
SELECT results_eq($$SELECT table_name, predicate, value, other_table, other_value FROM dbo.vw_conflict WHERE kind = 'date'$$, $$VALUES ('dbo.dim_work', 'release_date', '1977-05-25', 'dbo.evidence', '1978-05-25')$$, 'another release is one, with the passage that says so');

-- Subjects of other families, and values of all sorts.
SELECT * FROM c, pg_temp.facts(k[1], '{"subject": "Battle of Tarn", "subject_family": "event", "predicate": "was", "value": true}', '{"kind": "measurement", "predicate": "speed", "value": "1,234.5 kn"}', '{"kind": "measurement", "predicate": "speed", "value": "very fast"}',
    '{"kind": "measurement", "predicate": "span", "value": -1e3}', '{"kind": "measurement", "predicate": "span", "value": 5, "unit": "mW"}', '{"kind": "measurement", "predicate": "span", "value": 5, "unit": "MW"}', '{"predicate": "sold", "value": "x", "start_date": "1999-01-01", "end_date": "1998-01-01"}') f(ordinal integer, table_name text, is_new boolean);
SELECT is((SELECT event_name FROM dbo.fact_assertion a JOIN dbo.dim_event e ON e.event_id = a.subject_id WHERE subject_table = 'dbo.dim_event' AND value = 'true'), 'Battle of Tarn', 'a fact may be about any family, whose row is made where it is missing');
SELECT results_eq($$SELECT value, unit, value_text FROM dbo.fact_measurement WHERE predicate IN ('speed', 'span') ORDER BY predicate, value, unit$$,
    $$VALUES (-1000::numeric, NULL, '-1000'), (5, 'MW', '5'), (5, 'mW', '5'), (1234.5, 'kn', '1,234.5 kn'), (NULL, NULL, 'very fast')$$, 'numbers are read, units keep their case, and what is no number keeps its words');
SELECT is((SELECT promotion_state::text FROM dbo.fact_assertion WHERE predicate = 'sold'), 'candidate', 'a span that ends before it begins waits for review');
SELECT is_empty($$SELECT FROM dbo.fact_assertion a WHERE a.value_hash IS DISTINCT FROM dbo.fn_value_hash(a.value) UNION ALL SELECT FROM dbo.fact_state s WHERE s.value_hash IS DISTINCT FROM dbo.fn_value_hash(s.value)
    UNION ALL SELECT FROM dbo.fact_measurement m WHERE m.value_hash IS DISTINCT FROM CASE WHEN m.value IS NULL THEN dbo.fn_value_hash(m.value_text) END$$, 'tables and procedures compare values alike');
SELECT isnt(dbo.fn_value_hash('-5'), dbo.fn_value_hash('5'), 'a sign makes a difference');
SELECT is(dbo.fn_value_hash(E' Deep\n  Red'), dbo.fn_value_hash('deep red'), 'case and spaces make none');

-- A mention that moves takes its facts and bridges along.
CREATE TEMP TABLE m AS SELECT d[1] AS one, d[2] AS two FROM tap.chunks(1, 'moved', 'Lantern burns bright.', 'Lantern is a ship.') d;
SELECT * FROM m, pg_temp.facts(one, '{"subject": "Lantern", "predicate": "colour", "value": "green"}') f(ordinal integer, table_name text, is_new boolean);
SELECT dbo.usp_insert_entity_event(1, NULL, source_page_id, chunk_id, tap.item(chunk_id, '{"subject": "Lantern", "predicate": "burnt at", "object": "Great Fire", "start_text": "then"}')) FROM m JOIN vector.chunk ON chunk_id = one;
CREATE TEMP TABLE lantern AS SELECT entity_id FROM dbo.dim_entity WHERE entity_name = 'Lantern';
SELECT tap.route_entities(one, tap.entity(one, 'Lantern', 'ship')) FROM m;
SELECT results_eq($$SELECT entity_id, entity_type FROM dbo.dim_entity WHERE entity_name = 'Lantern'$$, $$SELECT entity_id, 'ship' FROM lantern$$, 'an untyped subject takes its first type');
CREATE TEMP TABLE n AS SELECT d[1] AS one FROM tap.chunks(1, 'moved too', 'The Lantern glows, a lamp.') d;
SELECT * FROM n, pg_temp.facts(one, '{"subject": "Lantern", "predicate": "colour", "value": "green", "attributes": {"lit": true}}', '{"subject": "Lantern", "predicate": "made of", "value": "brass"}') f(ordinal integer, table_name text, is_new boolean);
SELECT dbo.usp_insert_entity_event(1, NULL, source_page_id, chunk_id, tap.item(chunk_id, '{"subject": "Lantern", "predicate": "burnt at", "object": "Great Fire", "start_text": "at night"}')) FROM n JOIN vector.chunk ON chunk_id = one;
SELECT results_eq($$SELECT support, start_text, (SELECT count(*) FROM dbo.evidence v WHERE v.target_table = 'dbo.bridge_entity_event' AND v.target_id = entity_event_id) FROM dbo.bridge_entity_event WHERE participation_role = 'burnt_at'$$, $$VALUES (2, 'at night', 2::bigint)$$, 'two pages speak of one bridge');
SELECT tap.route_entities(one, tap.entity(one, 'Lantern', 'lamp')) FROM n;
SELECT results_eq($$SELECT entity_type, value, f.support, f.attributes, f.confidence::float8 FROM dbo.fact_assertion f JOIN dbo.dim_entity ON entity_id = subject_id WHERE predicate IN ('colour', 'made_of') ORDER BY 1, 2$$,
    $$VALUES ('lamp', 'brass', 1, '{}'::jsonb, 0.95::float8), ('lamp', 'green', 1, '{"lit": true}', 0.95), ('ship', 'green', 1, '{}', 0.95)$$, 'when a mention turns out to be another entity, its facts go there');
SELECT results_eq($$SELECT entity_type, b.support, start_text, event_name FROM dbo.bridge_entity_event b JOIN dbo.dim_entity USING (entity_id) JOIN dbo.dim_event USING (event_id) WHERE participation_role = 'burnt_at' ORDER BY 1$$,
    $$VALUES ('lamp', 1, 'at night', 'Great Fire'), ('ship', 1, 'then', 'Great Fire')$$, 'and so do its bridges, each with what was said of it');
SELECT is_empty($$SELECT v.evidence_id FROM dbo.evidence v JOIN dbo.entity_mention m USING (mention_id) JOIN dbo.fact_assertion a ON a.assertion_id = v.target_id WHERE v.target_table = 'dbo.fact_assertion' AND a.subject_id <> m.entity_id$$, 'facts are where their mentions are');

-- Bad input.
CREATE TEMP TABLE counts AS SELECT tap.family_picture(1) AS picture, (SELECT count(*) FROM dbo.name) AS names;
SELECT throws_ok(format('SELECT pg_temp.facts(k[1], ''{"predicate": "good", "value": 1, "subject": "Someone new"}'', %L) FROM c', item), 'AL003', fault, left(fault, 60)) FROM (VALUES
    ('facts[1].kind: must be one of assertion, attribute, descriptor, measurement, state', '{"kind": "rumour", "predicate": "p", "value": 1}'::jsonb), ('facts[1].value: must be a non-empty string, a number or a boolean', '{"predicate": "p", "value": {"a": 1}}'),
    ('facts[1].value: must be a non-empty string, a number or a boolean', '{"predicate": "p"}'), ('facts[1].value: must not be a number of more than 100 digits', '{"predicate": "p", "value": 1e400}'),
    ('facts[1].value: must not be longer than 10000 characters', jsonb_build_object('predicate', 'p', 'value', repeat('x', 10001))), ('facts[1].subject: must be a non-empty string', '{"subject": " ", "predicate": "p", "value": 1}'),
    ('facts[1].unit: must not be longer than 200 characters', jsonb_build_object('predicate', 'p', 'value', 1, 'unit', repeat('x', 201))), ('facts[1].end_date: must be a date, YYYY-MM-DD', '{"predicate": "p", "value": 1, "end_date": "19 BBY"}'),
    ('facts[1].start_date: must be a date, YYYY-MM-DD', '{"predicate": "p", "value": 1, "start_date": 1999}')) b(fault, item);
SELECT throws_ok($$SELECT pg_temp.facts(k[1], '{"subject": "x", "subject_family": "fleet", "predicate": "p", "value": 1}') FROM c$$, 'AL014', NULL, 'a family that nobody registered is refused');
SELECT row_eq('SELECT tap.family_picture(1), (SELECT count(*) FROM dbo.name)', (SELECT c FROM counts c), 'and nothing of a bad batch stays');
SELECT lives_ok(format($$SELECT pg_temp.facts(k[1], jsonb_build_object('subject', %L, 'predicate', %L, 'value', %L)) FROM c$$, $n$x'); DROP TABLE dbo.fact_state; --$n$, '"; SELECT 1', '%I $1 %s ''{}'''), 'names and values may be SQL');
SELECT * FROM finish();
ROLLBACK;
