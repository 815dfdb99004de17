-- Events with participants, works with appearances, and the dimensions under them.
BEGIN;
SELECT plan(43);
SELECT tap.job_type('event_extraction'), tap.job_type('work_extraction');
CREATE TEMP TABLE c AS SELECT tap.chunks(1, 'battle', 'In the Battle of Tarn, on 12 April 1996, Mirelle Voss led the Heron.', 'In 1996 a battle was fought at Tarn.', 'The Battle of Tarn of 1999.') AS k;
CREATE FUNCTION pg_temp.events(p_chunk integer, VARIADIC p_items jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
    SELECT tap.route('event_extraction', k[p_chunk], jsonb_build_object('events', (SELECT jsonb_agg(tap.item(k[p_chunk], i)) FROM unnest(p_items) i))) FROM c $$;
CREATE TEMP TABLE battle AS SELECT '{"name": "Battle of Tarn", "type": "Sea battle", "start_date": "1996-04-12", "end_date": "1996-04-12", "start_text": "12 April 1996",
    "start_precision": "day", "location": "Tarn", "description": "Voss led.", "attributes": {"ships": 2}, "participants": [
    {"name": "Mirelle Voss", "type": "person", "role": "Leader of"}, {"name": "Heron", "type": "ship", "confidence": 0.75, "start_work": "The First Tide", "attributes": {"side": "left"}}]}'::jsonb AS item;
CREATE FUNCTION pg_temp.battle() RETURNS jsonb LANGUAGE sql AS $$ SELECT pg_temp.events(1, item) FROM battle $$;
SELECT is(pg_temp.battle(), '{"entities_new": 2, "entities_known": 0, "relations_new": 0, "relations_known": 0, "dimensions_new": 1, "dimensions_known": 0, "bridges_new": 2, "bridges_known": 0,
    "facts_new": 0, "facts_known": 0, "evidence_new": 5, "promoted": 3, "candidate": 2, "suppressed": 0}'::jsonb, 'an event and its participants are counted');
SELECT results_eq($$SELECT event_name, event_type, event_date, event_end_date, event_date_text, event_date_precision, event_location, event_description, promotion_state::text, support, attributes FROM dbo.dim_event$$,
    $$VALUES ('Battle of Tarn', 'sea_battle', date '1996-04-12', date '1996-04-12', '12 April 1996', 'day', 'Tarn', 'Voss led.', 'promoted', 1, '{"ships": 2}'::jsonb)$$, 'the event is written as it was said');
SELECT results_eq($$SELECT e.entity_name, e.entity_type, participation_role, start_text, w.work_name, b.promotion_state::text, b.attributes FROM dbo.bridge_entity_event b
    JOIN dbo.dim_entity e USING (entity_id) JOIN dbo.dim_event USING (event_id) LEFT JOIN dbo.dim_work w ON w.work_id = b.start_work_id ORDER BY 1$$,
    $$VALUES ('Heron', 'ship', 'unknown', 'The First Tide', 'The First Tide', 'candidate', '{"side": "left"}'::jsonb), ('Mirelle Voss', 'person', 'leader_of', NULL, NULL, 'promoted', '{}')$$,
    'participants are bridges with roles and bounds, and what they do not say themselves is the event''s');
SELECT is((SELECT count(*) FROM dbo.evidence v JOIN c ON v.chunk_id = k[1] WHERE target_table IN ('dbo.dim_event', 'dbo.bridge_entity_event', 'dbo.dim_work', 'dbo.dim_entity') AND quote = 'In the Battle of Tarn, on 12 April 1996, Mirelle Voss led the Heron.'),
    6::bigint, 'all of them have evidence');
SELECT is((SELECT count(*) FROM dbo.evidence v JOIN dbo.entity_mention m USING (mention_id) JOIN dbo.bridge_entity_event b ON b.entity_event_id = v.target_id
    WHERE target_table = 'dbo.bridge_entity_event' AND m.entity_id = b.entity_id), 2::bigint, 'bridges rest on the mentions of their entities');
CREATE TEMP TABLE before AS SELECT tap.family_picture(1) AS families, tap.picture(1) - 'extractions' AS entities, (SELECT count(*) FROM dbo.evidence) AS evidence;
SELECT is(pg_temp.battle() - ARRAY['promoted', 'candidate', 'suppressed'], '{"entities_new": 0, "entities_known": 0, "relations_new": 0, "relations_known": 0, "dimensions_new": 0, "dimensions_known": 1,
    "bridges_new": 0, "bridges_known": 2, "facts_new": 0, "facts_known": 0, "evidence_new": 0}'::jsonb, 'the same again is known');
SELECT row_eq('SELECT tap.family_picture(1), tap.picture(1) - ''extractions'', (SELECT count(*) FROM dbo.evidence)', (SELECT b FROM before b), 'and changes nothing');

-- What is said less exactly means what is said more exactly.
SELECT is(pg_temp.events(2, '{"name": "battle of tarn", "start_date": "1996-01-01", "end_date": "1996-12-31", "start_text": "1996", "start_precision": "year", "attributes": {"ships": 3}}') ->> 'dimensions_known', '1', 'the year of a known day is the same event');
SELECT results_eq('SELECT event_date, event_end_date, event_date_text, attributes FROM dbo.dim_event', $$VALUES (date '1996-04-12', date '1996-04-12', '12 April 1996', '{"ships": [2, 3]}'::jsonb)$$,
    'it widens nothing, and adds what it says');
SELECT is(pg_temp.events(3, '{"name": "Battle of Tarn", "type": "sea battle", "start_date": "1999-01-01", "end_date": "1999-12-31"}') ->> 'dimensions_new', '1', 'a date apart is another event');
SELECT is(pg_temp.events(3, '{"name": "Battle of Tarn", "type": "sea battle"}') ->> 'dimensions_new', '1', 'without a date it may be either: a row of its own');
SELECT pg_temp.events(3, '{"name": "Siege"}', '{"name": "Raid", "start_date": "1996-01-01", "end_date": "1996-12-31", "start_text": "1996", "start_precision": "year"}');
SELECT pg_temp.events(2, '{"name": "Siege", "type": "siege", "start_date": "1980-01-01"}', '{"name": "Raid", "start_date": "1996-05-01", "end_date": "1996-05-31", "start_text": "May 1996", "start_precision": "month"}');
SELECT results_eq($$SELECT event_name, event_type, event_date, event_end_date, event_date_text FROM dbo.dim_event WHERE event_name IN ('Siege', 'Raid') ORDER BY 1$$,
    $$VALUES ('Raid', 'unknown', date '1996-05-01', date '1996-05-31', 'May 1996'), ('Siege', 'siege', date '1980-01-01', NULL, NULL)$$, 'a row said less exactly takes what is said more exactly');
UPDATE dbo.dim_event SET promotion_state = 'adjudicated' WHERE event_name = 'Raid';
SELECT is(pg_temp.events(2, '{"name": "Raid", "start_date": "1996-05-02"}') ->> 'dimensions_new', '1', 'but not one that a person decided about');
SELECT is(pg_temp.events(1, '{"name": "Twice", "start_date": "1990-01-01", "participants": [{"name": "Orin", "role": "a"}]}', '{"name": "Twice", "start_date": "1991-01-01", "participants": [{"name": "Orin", "role": "b"}]}')
    ->> 'bridges_new', '2', 'two events of one name in one answer');
SELECT results_eq($$SELECT participation_role, event_date FROM dbo.bridge_entity_event JOIN dbo.dim_event USING (event_id) WHERE event_name = 'Twice' ORDER BY 1$$,
    $$VALUES ('a', date '1990-01-01'), ('b', date '1991-01-01')$$, 'have each their own participants');

-- Works.
CREATE FUNCTION pg_temp.works(p_chunk integer, VARIADIC p_items jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
    SELECT tap.route('work_extraction', k[p_chunk], jsonb_build_object('works', (SELECT jsonb_agg(tap.item(k[p_chunk], i)) FROM unnest(p_items) i))) FROM c $$;
SELECT is(pg_temp.works(1, '{"name": "The First Tide", "type": "Film", "canon_status": "canon", "start_date": "1977-01-01", "end_date": "1977-12-31", "start_text": "1977", "start_precision": "year",
    "appearances": [{"name": "Mirelle Voss", "role": "First appearance"}]}') ->> 'dimensions_known', '1', 'a work that only bounds had named is known');
SELECT results_eq('SELECT work_name, work_type, canon_status, release_date, release_end_date, release_date_text, release_date_precision FROM dbo.dim_work',
    $$VALUES ('The First Tide', 'film', 'canon', date '1977-01-01', date '1977-12-31', '1977', 'year')$$, 'it takes type, release and status');
SELECT results_eq('SELECT entity_name, appearance_type, work_name FROM dbo.bridge_entity_work JOIN dbo.dim_entity USING (entity_id) JOIN dbo.dim_work USING (work_id)',
    $$VALUES ('Mirelle Voss', 'first_appearance', 'The First Tide')$$, 'appearances are bridges');
SELECT pg_temp.works(2, '{"name": "The First Tide", "start_date": "1977-05-25", "end_date": "1977-05-25", "start_text": "25 May 1977", "start_precision": "day"}');
SELECT pg_temp.works(3, '{"name": "The First Tide", "type": "film", "start_date": "1978-02-01", "end_date": "1978-02-28", "start_text": "February 1978", "canon_status": "Canon, they say"}');
SELECT results_eq('SELECT release_date, release_date_text, release_date_precision, canon_status FROM dbo.dim_work', $$VALUES (date '1977-05-25', '25 May 1977', 'day', 'Canon, they say')$$,
    'a narrower date narrows the release, a contradicting one does not overwrite it');
SELECT is(pg_temp.works(3, '{"name": "The First Tide", "type": "book"}') ->> 'dimensions_new', '1', 'another type is another work');
SELECT is((SELECT count(*) FROM dbo.bridge_entity_work), 1::bigint, 'an answer without appearances leaves them alone');

-- Any other dimension, and those made later.
CREATE FUNCTION pg_temp.dimensions(p_family text, p_item jsonb) RETURNS TABLE (target_id bigint, is_new boolean) LANGUAGE sql AS $$
    SELECT d.target_id, d.is_new FROM c JOIN vector.chunk ON chunk_id = k[1], dbo.usp_batch_insert_dimensions(1, NULL, source_page_id, chunk_id, p_family, jsonb_build_array(tap.item(chunk_id, p_item))) d $$;
SELECT pg_temp.dimensions('Period', '{"name": "Tide Age", "type": "era", "start_date": "1990-01-01", "start_text": "1990", "start_precision": "year"}');
SELECT pg_temp.dimensions('period', '{"name": "TIDE AGE", "end_date": "1999-12-31", "end_text": "1999", "end_precision": "year", "start_date": "1985-01-01", "start_precision": "decade"}');
SELECT results_eq('SELECT period_name, start_date, start_text, end_date, end_text FROM dbo.dim_period', $$VALUES ('Tide Age', date '1990-01-01', '1990', date '1999-12-31', '1999')$$, 'a period''s ends are known each for itself');
SELECT is((SELECT count(DISTINCT d.target_id) FROM unnest(ARRAY['{"name": "Tarn", "aliases": ["The Tarn"]}', '{"name": "TARN", "type": "harbour", "aliases": ["Tarn Roads"]}']::jsonb[]) i, pg_temp.dimensions('location', i) d), 1::bigint, 'locations are found by folded name');
SELECT results_eq('SELECT location_name, location_type, attributes FROM dbo.dim_location', $$VALUES ('Tarn', 'harbour', '{"aliases": ["Tarn Roads", "The Tarn"]}'::jsonb)$$, 'and keep other names among their attributes');
SELECT throws_ok($$SELECT pg_temp.dimensions('fleet', '{"name": "Grey Fleet"}')$$, 'AL014', NULL, 'a family that nobody registered is refused');
CREATE TABLE dbo.dim_fleet (fleet_id bigint GENERATED BY DEFAULT AS IDENTITY, tenant_id integer NOT NULL, name_id bigint NOT NULL, name_key text NOT NULL, fleet_name text NOT NULL,
    fleet_type text NOT NULL DEFAULT 'unknown', admiral text, promotion_state dbo.promotion_state NOT NULL DEFAULT 'staged', confidence dbo.confidence NOT NULL DEFAULT 0, support integer NOT NULL DEFAULT 0,
    attributes jsonb NOT NULL DEFAULT '{}', source_llm_run_id uuid, recorded_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (fleet_id, tenant_id), UNIQUE (tenant_id, name_id, fleet_type));
CREATE TABLE dbo.bridge_fleet_location (LIKE dbo.bridge_entity_location INCLUDING DEFAULTS);
ALTER TABLE dbo.bridge_fleet_location RENAME entity_id TO fleet_id;
ALTER TABLE dbo.bridge_fleet_location RENAME entity_location_id TO fleet_location_id;
ALTER TABLE dbo.bridge_fleet_location ALTER fleet_location_id ADD GENERATED BY DEFAULT AS IDENTITY, ADD PRIMARY KEY (fleet_location_id, tenant_id),
    ADD UNIQUE NULLS NOT DISTINCT (tenant_id, fleet_id, location_id, location_role, start_date, end_date, start_work_id, end_work_id);
SELECT is(dbo.usp_register_dimension_family('Fleet', 'dbo.dim_fleet', 'fleet_name', 'fleet_type', '{"admiral": "admiral"}'), true, 'a table made later is registered');
SELECT is(dbo.usp_register_dimension_family('fleet', 'dbo.dim_fleet', 'fleet_name', 'fleet_type'), false, 'once');
SELECT throws_ok($$SELECT dbo.usp_register_dimension_family('fleet', 'dbo.dim_event', 'event_name', 'event_type')$$, 'AL005', 'family fleet has another table already', 'and keeps its table');
SELECT throws_ok($$SELECT dbo.usp_register_dimension_family('oddity', 'dbo.evidence', 'name', 'type')$$, 'AL005', NULL, 'a table without the columns is refused');
SELECT throws_ok($$SELECT dbo.usp_register_bridge_family('fleet', 'nothing', 'dbo.bridge_fleet_location', 'fleet_id', 'location_id', 'location_role')$$, 'AL014', NULL, 'so is a bridge to an unknown family');
SELECT is(dbo.usp_register_bridge_family('fleet', 'location', 'dbo.bridge_fleet_location', 'fleet_id', 'location_id', 'location_role'), true, 'a bridge made later is registered');
SELECT is((SELECT is_new FROM pg_temp.dimensions('fleet', '{"name": "Grey Fleet", "admiral": "Voss"}')), true, 'the same procedure fills it');
SELECT results_eq('SELECT fleet_name, admiral, support FROM dbo.dim_fleet', $$VALUES ('Grey Fleet', 'Voss', 1)$$, 'with its own columns, and support');
SELECT is((SELECT r.bridges[1].is_new FROM c JOIN vector.chunk ON chunk_id = k[1], dbo.usp_route_bridges(1, NULL, source_page_id, chunk_id, NULL, NULL, jsonb_build_array(tap.item(chunk_id,
    '{"subject": "Tarn", "subject_family": "location", "predicate": "base of", "object": "Grey Fleet", "object_family": "fleet"}'))) r), true, 'and the bridge, in whichever direction it is said');
SELECT results_eq('SELECT fleet_name, location_name, location_role, b.attributes FROM dbo.bridge_fleet_location b JOIN dbo.dim_fleet USING (fleet_id) JOIN dbo.dim_location USING (location_id)',
    $$VALUES ('Grey Fleet', 'Tarn', 'base_of', '{"reversed": true}'::jsonb)$$, 'which is kept');

-- Bad input: refused by name, nothing written.
CREATE TEMP TABLE rows_before AS SELECT tap.family_picture(1) AS picture, (SELECT count(*) FROM dbo.name) AS names;
SELECT throws_ok(format('SELECT pg_temp.events(1, ''{"name": "Good"}'', %L)', item), 'AL003', fault, fault) FROM (VALUES
    ('events[1].name: must be a non-empty string', '{"name": ""}'::jsonb), ('events[1].start_date: must be a date, YYYY-MM-DD', '{"name": "x", "start_date": "2024-02-31"}'),
    ('events[1].location: must be a string of at most 10000 characters', '{"name": "x", "location": 7}'), ('events[1].participants: must be an array', '{"name": "x", "participants": {}}'),
    ('events[1].participants[1]: must be an object', '{"name": "x", "participants": [{"name": "y"}, 3]}'), ('events[1].participants[0].name: must be a non-empty string', '{"name": "x", "participants": [{"role": "y"}]}'),
    ('events[1].participants[0].confidence: must be a number from 0 to 1', '{"name": "x", "participants": [{"name": "y", "confidence": 7}]}')) b(fault, item);
SELECT row_eq('SELECT tap.family_picture(1), (SELECT count(*) FROM dbo.name)', (SELECT b FROM rows_before b), 'a bad item keeps the good ones out too');
SELECT * FROM finish();
ROLLBACK;
