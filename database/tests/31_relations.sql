BEGIN;
SELECT plan(26);
CREATE TEMP TABLE c AS SELECT tap.chunks(1, 'guild', 'Mirelle Voss led the Tide Guild from April 1996 until March 1997.', 'Orin Dask led the Tide Guild.') AS k;
SELECT tap.route_entities(k[1], tap.entity(k[1], 'Mirelle Voss', 'person', '{"aliases": ["the admiral"]}'), tap.entity(k[1], 'Tide Guild', 'organisation')) FROM c;
CREATE FUNCTION pg_temp.led() RETURNS jsonb LANGUAGE sql AS $$
    SELECT tap.route_relations(k[1], tap.relation(k[1], 'Mirelle Voss', 'Leader of', 'Tide Guild', '{"start_date": "1996-04-01", "end_date": "1997-03-31",
        "start_text": "April 1996", "end_text": "March 1997", "start_precision": "month", "end_precision": "month", "attributes": {"as": "chair"}}')) FROM c $$;
SELECT is(pg_temp.led(), '{"entities_new": 0, "entities_known": 0, "relations_new": 1, "relations_known": 0, "evidence_new": 1, "promoted": 1,
    "candidate": 0, "suppressed": 0}'::jsonb, 'a relation between known entities is new');
SELECT results_eq($$SELECT f.entity_name, relation_type, t.entity_name, start_date, end_date, start_text, end_text, start_precision, r.promotion_state::text, r.support
    FROM dbo.bridge_entity_relation r JOIN dbo.dim_entity f ON f.entity_id = from_entity_id JOIN dbo.dim_entity t ON t.entity_id = to_entity_id$$,
    $$VALUES ('Mirelle Voss', 'leader_of', 'Tide Guild', date '1996-04-01', date '1997-03-31', 'April 1996', 'March 1997', 'month', 'promoted', 1)$$,
    'with the bounds that the page said');
CREATE TEMP TABLE before AS SELECT tap.picture(1) AS picture;
SELECT is(pg_temp.led() ->> 'relations_known', '1', 'the same again is known');
SELECT is(tap.picture(1), (SELECT picture FROM before), 'and changes nothing');
SELECT tap.route_relations(k[1], tap.relation(k[1], 'Mirelle Voss', 'leader-of', 'Tide Guild', '{"start_date": "1999-04-01"}')) FROM c;
SELECT is((SELECT count(*) FROM dbo.bridge_entity_relation), 2::bigint, 'other bounds are another row');

SELECT is((SELECT tap.route_relations(k[2], tap.relation(k[2], 'Orin Dask', 'leader_of', 'Tide Guild')) FROM c),
    '{"entities_new": 1, "entities_known": 1, "relations_new": 1, "relations_known": 0, "evidence_new": 3, "promoted": 3, "candidate": 0, "suppressed": 0}'::jsonb,
    'an end that the passage has not mentioned is found in the page or made');
SELECT is((SELECT entity_type FROM dbo.dim_entity WHERE entity_name = 'Orin Dask'), 'unknown', 'what is made has no type yet');
SELECT is((SELECT count(*) FROM dbo.evidence v JOIN dbo.dim_entity e ON e.entity_id = v.target_id
    WHERE target_table = 'dbo.dim_entity' AND entity_name = 'Orin Dask'), 1::bigint, 'and the relation''s evidence');
SELECT tap.route_entities(k[2], tap.entity(k[2], 'Orin Dask', 'person')) FROM c;
SELECT is((SELECT string_agg(entity_type, ' ') FROM dbo.dim_entity WHERE entity_name = 'Orin Dask'), 'person', 'it takes the type that comes later');
SELECT tap.route_relations(k[1], tap.relation(k[1], 'The Admiral', 'member_of', 'Tide Guild')) FROM c;
SELECT is((SELECT entity_name FROM dbo.bridge_entity_relation JOIN dbo.dim_entity ON entity_id = from_entity_id WHERE relation_type = 'member_of'),
    'Mirelle Voss', 'in its passage an alias means the entity');

CREATE TEMP TABLE d AS SELECT tap.chunks(1, 'works', 'Dask owned the Heron from The First Tide to The Last Tide.') AS k;
SELECT tap.route_relations(k[1], tap.relation(k[1], 'Dask', 'owned', 'Heron', '{"start_work": "The First Tide", "end_work": "The Last Tide"}')) FROM d;
SELECT results_eq($$SELECT s.work_name, e.work_name, start_text FROM dbo.bridge_entity_relation JOIN dbo.dim_work s ON s.work_id = start_work_id
    JOIN dbo.dim_work e ON e.work_id = end_work_id$$, $$VALUES ('The First Tide', 'The Last Tide', 'The First Tide')$$, 'bounds may be works');
SELECT is((SELECT count(*) FROM dbo.evidence WHERE target_table = 'dbo.dim_work'), 2::bigint, 'works have evidence too');
SELECT dbo.usp_batch_insert_dimensions(1, NULL, source_page_id, NULL, 'work', '[{"name": "The First Tide", "type": "film", "confidence": 1, "grounding": "exact"}, {"name": "The First Tide", "type": "book", "confidence": 1, "grounding": "exact"}]') FROM d JOIN vector.chunk ON chunk_id = k[1];
SELECT is((SELECT tap.route_relations(k[1], tap.relation(k[1], 'Dask', 'owned', 'Heron', '{"start_work": "The First Tide", "end_work": "The Last Tide"}')) ->> 'relations_known' FROM d), '1', 'and go on meaning the same work when a namesake comes');
SELECT tap.route_relations(k[1], tap.relation(k[1], 'Dask', 'sold', 'Heron', '{"start_date": "1999-01-01", "end_date": "1998-01-01"}')) FROM d;
SELECT is((SELECT promotion_state::text FROM dbo.bridge_entity_relation WHERE relation_type = 'sold'), 'candidate', 'a span that ends before it begins waits for review');

SELECT throws_ok(format('SELECT tap.route_relations(k[1], tap.relation(k[1], ''Dask'', ''ate'', ''Fish''), %L) FROM d', item), 'AL003', fault, fault)
  FROM (VALUES ('relations[1].subject: must be a non-empty string', '{"predicate": "p", "object": "o", "confidence": 1, "grounding": "exact"}'::jsonb),
    ('relations[1].predicate: must be a non-empty string', '{"subject": "s", "object": "o", "confidence": 1, "grounding": "exact"}'),
    ('relations[1].start_date: must be a date, YYYY-MM-DD', '{"subject": "s", "predicate": "p", "object": "o", "confidence": 1, "grounding": "exact", "start_date": "1999-02-29"}'),
    ('relations[1].predicate: must not be longer than 200 characters', jsonb_build_object('subject', 's', 'predicate', repeat('p', 201), 'object', 'o', 'confidence', 1, 'grounding', 'exact'))
    ) b(fault, item);
SELECT is_empty($$SELECT FROM dbo.dim_entity WHERE entity_name = 'Fish'$$, 'nothing of a bad output stays, not even its dimensions');
SELECT is(dbo.fn_show_entity(1, 'nobody'), NULL, 'an unknown name shows nothing');
SELECT is((SELECT dbo.fn_show_entity(1, 'mirelle  VOSS') #> '{matches,0,relations,0}' ->> 'start_text'), 'April 1996', 'a name shows its relations');
SELECT is((SELECT dbo.fn_show_entity(1, 'Tide Guild') #>> '{matches,0,relations,0,direction}'), 'in', 'in both directions');
SELECT is((SELECT array_agg(name) FROM c, dbo.fn_chunk_entities(k[1])), '{Mirelle Voss,Tide Guild}', 'a chunk''s entities come in the order of their mention');
SELECT is((SELECT dbo.fn_run_summary(1, ARRAY[source_page_id]) #>> '{relations,total}' FROM c JOIN vector.chunk ON chunk_id = k[1]), '4', 'the summary counts a page''s relations');
SELECT is((SELECT dbo.fn_run_summary(1, NULL) #>> '{relations,total}'), '6', 'or all');
SELECT is((SELECT count(*) FROM dbo.vw_review_item), 1::bigint, 'what waits for review is listed');
SELECT * FROM finish();
ROLLBACK;
