BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT plan(36);
CREATE TEMP TABLE c AS SELECT tap.chunks(1, 'mirelle', 'Captain Mirelle Voss left Tarn.', 'Tarn, a harbour, lies east. The Voss.', 'MIRELLE VOSS came back.') AS k;
CREATE TEMP TABLE answer AS SELECT tap.route_entities(k[1], tap.entity(k[1], 'Mirelle Voss', 'Person', '{"aliases": ["Captain Voss", "Voss"], "attributes": {"rank": "captain"}}'),
    tap.entity(k[1], 'Tarn', 'place')) AS counts FROM c;
SELECT is((SELECT counts FROM answer), '{"entities_new": 2, "entities_known": 0, "relations_new": 0, "relations_known": 0, "evidence_new": 2,
    "promoted": 2, "candidate": 0, "suppressed": 0}'::jsonb, 'new entities are counted');
SELECT results_eq($$SELECT entity_name, entity_type, promotion_state::text, confidence::float8, support, attributes FROM dbo.dim_entity WHERE tenant_id = 1 ORDER BY 1$$,
    $$VALUES ('Mirelle Voss', 'person', 'promoted', 0.95::float8, 1, '{"rank": "captain"}'::jsonb), ('Tarn', 'place', 'promoted', 0.95, 1, '{}')$$, 'and written as they were said');
SELECT results_eq($$SELECT quote, substr(p.text, char_start + 1, char_end - char_start), run_id IS NULL FROM dbo.evidence v JOIN sem.source_page p USING (source_page_id)
    ORDER BY 1$$, $$VALUES ('Mirelle Voss', 'Mirelle Voss', true), ('Tarn', 'Tarn', true)$$, 'each with the words that say so');
CREATE TEMP TABLE before AS SELECT tap.picture(1) AS picture, (SELECT max(updated_at) FROM dbo.dim_entity) AS updated_at;
SELECT is((SELECT tap.route_entities(k[1], tap.entity(k[1], 'Mirelle Voss', 'Person', '{"aliases": ["Captain Voss", "Voss"], "attributes": {"rank": "captain"}}'),
    tap.entity(k[1], 'Tarn', 'place')) FROM c), '{"entities_new": 0, "entities_known": 2, "relations_new": 0, "relations_known": 0, "evidence_new": 0,
    "promoted": 2, "candidate": 0, "suppressed": 0}'::jsonb, 'the same again is known');
SELECT is(tap.picture(1), (SELECT picture FROM before), 'and changes nothing');

-- Enrichment.
SELECT tap.route_entities(k[3], tap.entity(k[3], 'MIRELLE VOSS', 'person', '{"confidence": 0.5, "attributes": {"rank": "admiral", "ship": "Heron"}}')) FROM c;
SELECT results_eq($$SELECT entity_name, promotion_state::text, confidence::float8, attributes FROM dbo.dim_entity WHERE name_key = 'mirelle voss'$$,
    $$VALUES ('Mirelle Voss', 'promoted', 0.95::float8, '{"rank": ["admiral", "captain"], "ship": "Heron"}'::jsonb)$$,
    'a weaker mention adds what it says and lowers nothing');
SELECT is((SELECT support FROM dbo.dim_entity WHERE name_key = 'mirelle voss'), 1, 'another passage of one page is no independent support');
CREATE TEMP TABLE d AS SELECT tap.chunks(1, 'other page', 'Mirelle Voss again.') AS k;
SELECT tap.route_entities(k[1], tap.entity(k[1], 'Mirelle Voss', 'person')) FROM d;
SELECT is((SELECT support FROM dbo.dim_entity WHERE name_key = 'mirelle voss'), 2, 'another page is');
SELECT is((SELECT array_agg(DISTINCT entity_id) FROM dbo.entity_mention m JOIN dbo.name USING (name_id) WHERE name_key = 'mirelle voss'),
    ARRAY(SELECT entity_id FROM dbo.dim_entity WHERE name_key = 'mirelle voss'), 'names that differ in case are one');

-- Homonyms and untyped mentions.
SELECT tap.route_entities(k[2], tap.entity(k[2], 'Tarn', 'harbour')) FROM c;
SELECT is((SELECT count(*) FROM dbo.dim_entity WHERE name_key = 'tarn'), 2::bigint, 'the same name with another type is another row');
SELECT is((SELECT count(*) FROM dbo.entity_dedupe_candidate WHERE reason = 'homonym'), 1::bigint, 'and a pair for the audit');
SELECT is((SELECT tap.route_entities(k[2], tap.entity(k[2], 'Mirelle Voss', 'unknown')) ->> 'entities_known' FROM c), '1', 'a type of unknown clashes with nothing');
SELECT is((SELECT count(*) FROM dbo.dim_entity WHERE name_key = 'mirelle voss'), 1::bigint, 'it belongs to the one concrete row');
SELECT tap.route_entities(k[3], tap.entity(k[3], 'Heron', 'other')) FROM c;
SELECT is((SELECT entity_type FROM dbo.dim_entity WHERE name_key = 'heron'), 'other', 'a name without a concrete type has an untyped row');
CREATE TEMP TABLE heron AS SELECT entity_id FROM dbo.dim_entity WHERE name_key = 'heron';
SELECT tap.route_entities(k[1], tap.entity(k[1], 'Heron', 'ship')) FROM c;
SELECT results_eq($$SELECT entity_id, entity_type FROM dbo.dim_entity WHERE name_key = 'heron'$$, $$SELECT entity_id, 'ship' FROM heron$$, 'which takes the first concrete type');
SELECT tap.route_entities(k[1], tap.entity(k[1], 'Heron', 'bird')) FROM d;
SELECT is((SELECT array_agg(entity_type ORDER BY entity_type) FROM dbo.dim_entity WHERE name_key = 'heron'), '{bird,ship}', 'a second type makes a second row');
SELECT is((SELECT e.entity_type FROM dbo.entity_mention m JOIN dbo.dim_entity e USING (entity_id) WHERE m.said_type = 'other'), 'ship',
    'an untyped mention stays with the row of its page');

-- Aliases.
SELECT is((SELECT dbo.fn_show_entity(1, 'captain voss') #>> '{matches,0,name}'), 'Mirelle Voss', 'an alias finds the entity');
SELECT tap.route_entities(k[1], tap.entity(k[1], 'Voss', 'family')) FROM d;
SELECT is((SELECT count(*) FROM dbo.entity_dedupe_candidate WHERE reason = 'alias'), 1::bigint, 'an entity named like another''s alias is a pair for the audit');

-- Thresholds.
SELECT is((SELECT tap.route_entities(k[1], tap.entity(k[1], 'A', 'x', '{"confidence": 0.9}'), tap.entity(k[1], 'B', 'x', '{"confidence": 0.89}'),
    tap.entity(k[1], 'C', 'x', '{"confidence": 0.7}'), tap.entity(k[1], 'D', 'x', '{"confidence": 0.69}'),
    tap.entity(k[1], 'E', 'x', '{"grounding": "fuzzy"}'), tap.entity(k[1], 'F', 'x', '{"grounding": "none"}')) - 'evidence_new' FROM d),
    '{"entities_new": 6, "entities_known": 0, "relations_new": 0, "relations_known": 0, "promoted": 1, "candidate": 3, "suppressed": 2}'::jsonb,
    'confidence and grounding decide what is promoted, reviewed, suppressed');
SELECT dbo.usp_set_thresholds(1, 'entity', 0.6, 0.5);
SELECT is((SELECT tap.route_entities(k[1], tap.entity(k[1], 'D', 'x', '{"confidence": 0.69}')) ->> 'promoted' FROM d), '1', 'thresholds can be set');
UPDATE dbo.dim_entity SET promotion_state = 'adjudicated' WHERE entity_name = 'D';
SELECT tap.route_entities(k[1], tap.entity(k[1], 'D', 'x', '{"confidence": 1}')) FROM d;
SELECT is((SELECT promotion_state::text FROM dbo.dim_entity WHERE entity_name = 'D'), 'adjudicated', 'what a person decided stays');
SELECT throws_ok($$SELECT dbo.usp_set_thresholds(1, 'entity', 0.5, 0.6)$$, 'AL005', NULL, 'thresholds out of order are refused');

-- All or none, and hostile items.
CREATE TEMP TABLE bad(fault text, item jsonb) ON COMMIT DROP;
INSERT INTO bad VALUES ('entities[1].name: must be a non-empty string', '{"name": " ", "type": "x", "confidence": 1, "grounding": "exact"}'),
    ('entities[1].type: must be a non-empty string', '{"name": "n", "confidence": 1, "grounding": "exact"}'),
    ('entities[1].confidence: must be a number from 0 to 1', '{"name": "n", "type": "x", "confidence": 1.01, "grounding": "exact"}'),
    ('entities[1].grounding: must be exact, normalised, passage, fuzzy or none', '{"name": "n", "type": "x", "confidence": 1}'),
    ('entities[1].attributes: must be an object', '{"name": "n", "type": "x", "confidence": 1, "grounding": "exact", "attributes": [1]}'),
    ('entities[1].aliases: must hold strings of at most 1000 characters', '{"name": "n", "type": "x", "confidence": 1, "grounding": "exact", "aliases": [{}]}'),
    ('entities[1].name: must not be longer than 1000 characters', jsonb_build_object('name', repeat('n', 1001), 'type', 'x', 'confidence', 1, 'grounding', 'exact'));
CREATE TEMP TABLE count_before AS SELECT count(*) AS n FROM dbo.dim_entity;
SELECT throws_ok(format('SELECT tap.route_entities(k[1], tap.entity(k[1], ''Good'', ''x''), %L) FROM d', item), 'AL003', fault, fault) FROM bad;
SELECT is((SELECT count(*) FROM dbo.dim_entity), (SELECT n FROM count_before), 'a bad item keeps the good ones out too');
SELECT throws_ok($$SELECT dbo.usp_process_entity_extraction_output(tap.job('entity_extraction', source_page_id, chunk_id), NULL, '[]') FROM vector.chunk LIMIT 1$$,
    'AL003', 'the output must be a JSON object', 'an output that is no object is refused');
SELECT throws_ok($$SELECT dbo.usp_process_entity_extraction_output(987654, NULL, '{"entities": []}')$$, 'AL004', NULL, 'a job that is not live is refused');
SELECT lives_ok($$SELECT tap.route_entities(k[1], tap.entity(k[1], $n$Robert'); DROP TABLE dbo.dim_entity; --$n$, 'x', '{"nonsense": [1, {"a": 2}]}'),
    tap.entity(k[1], (SELECT string_agg(chr(19968 + n * 7), '') FROM generate_series(1, 1000) n), 'x'), tap.entity(k[1], '🦊', 'x'), tap.entity(k[1], '!!!', 'x')) FROM d$$,
    'names may be SQL, a thousand characters of Han, an emoji, or marks alone');
SELECT is((SELECT count(*) FROM dbo.dim_entity), (SELECT n + 4 FROM count_before), 'each is a row of its own');
SELECT results_eq($$SELECT ordinal, is_new FROM dbo.usp_batch_insert_entities(1, NULL, (SELECT source_page_id FROM vector.chunk, d WHERE chunk_id = k[1]), NULL,
    '[{"name": "Zed", "type": "x", "confidence": 1, "grounding": "exact"}, {"name": "zed", "type": "X", "confidence": 1, "grounding": "exact"}]')$$,
    $$VALUES (1, true), (2, true)$$, 'a batch answers for each of its items');
SELECT * FROM finish();
ROLLBACK;
