-- Rejecting what others rest on: they go with it, each with its own entry in the audit, and come back with it.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT pg_advisory_xact_lock(14) \g /dev/null
SELECT plan(19);
SELECT (tap.chunks(1, 'with it', 'Artoo met Leia. Leia owned Artoo. Leia met Han. Artoo is blue. Artoo fought at Hoth.'))[1] AS one \gset
SELECT tap.route_entities(:one, tap.entity(:one, 'Artoo', 'droid', '{"confidence": 0.8}'), tap.entity(:one, 'Leia', 'person'), tap.entity(:one, 'Han', 'person')),
       tap.route_relations(:one, tap.relation(:one, 'Artoo', 'met', 'Leia', '{"confidence": 0.8}'), tap.relation(:one, 'Leia', 'owned', 'Artoo'),
           tap.relation(:one, 'Leia', 'met', 'Han', '{"confidence": 0.8}'), tap.relation(:one, 'Leia', 'saw', 'Artoo', '{"confidence": 0.75}')) \g /dev/null
SELECT count(*) FROM vector.chunk c, dbo.usp_batch_insert_facts(1, NULL, c.source_page_id, c.chunk_id, jsonb_build_array(tap.grounded(:one, 'Artoo is blue',
    '{"kind": "attribute", "subject": "Artoo", "predicate": "colour", "value": "blue", "confidence": 0.8}'))) WHERE c.chunk_id = :one \g /dev/null
SELECT count(*) FROM vector.chunk c, dbo.usp_batch_insert_entity_events(1, NULL, c.source_page_id, c.chunk_id, jsonb_build_array(tap.grounded(:one, 'Artoo fought',
    '{"subject": "Artoo", "predicate": "fought_at", "object": "Hoth", "object_type": "battle", "confidence": 0.8}'))) WHERE c.chunk_id = :one \g /dev/null
SELECT (SELECT entity_id FROM dbo.dim_entity WHERE entity_name = 'Artoo') AS artoo, (SELECT relation_id FROM dbo.bridge_entity_relation WHERE relation_type = 'saw') AS saw,
       (SELECT relation_id FROM dbo.bridge_entity_relation WHERE relation_type = 'owned') AS owned \gset
SELECT dbo.usp_adjudicate(1, 'relation', :saw, 'approve', NULL, NULL, 'bob') \g /dev/null
CREATE FUNCTION pg_temp.states() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(relation_type || ' ' || promotion_state, ', ' ORDER BY relation_type, relation_id) FROM dbo.bridge_entity_relation $$;
SELECT is((SELECT string_agg(state || ' ' || item_type, ', ' ORDER BY item_type, state) FROM dbo.fn_dependants(1, 'entity', :artoo)),
    'candidate assertion, candidate entity_event, candidate relation, promoted relation', 'what rests on an entity and nobody decided');
SELECT is(jsonb_array_length(dbo.fn_review_item(1, 'entity', :artoo) -> 'dependants'), 4, 'is shown with it');
SELECT is_empty(format($$SELECT * FROM dbo.fn_dependants(1, 'relation', %s)$$, :saw), 'nothing rests on a relation');
SELECT tap.picture(1) AS before \gset
SELECT dbo.usp_adjudicate(1, 'entity', :artoo, 'reject', NULL, 'a misreading', 'anna') AS answer \gset
SELECT is(jsonb_array_length(:'answer'::jsonb -> 'with_it'), 4, 'rejected, it takes them with it');
SELECT is(pg_temp.states(), 'met rejected, met candidate, owned rejected, saw adjudicated', 'but neither those of others nor what a person decided');
SELECT is((SELECT promotion_state::text FROM dbo.fact_assertion WHERE predicate = 'colour'), 'rejected', 'facts too');
SELECT results_eq($$SELECT reason, actor, new_values ->> 'follows' = 'entity:' || (SELECT entity_id FROM dbo.dim_entity WHERE entity_name = 'Artoo') FROM dbo.audit_entity_adjudication WHERE item_type = 'assertion'$$,
    $$VALUES ('a misreading', 'anna', true)$$, 'each has its entry in the audit, which names what it follows');
SELECT is(dbo.fn_review_queue(1, '{"source": "with it", "type": "relation"}', NULL, 5) #> '{pages,0,items}', '1', 'they wait no more');
SELECT is((dbo.fn_review_calibration(1, NULL, 0.9) ->> 'decisions')::integer, 2, 'and tell nothing of how sure relations are');
SELECT throws_ok(format($$SELECT dbo.usp_adjudicate(1, 'relation', %s, 'approve', NULL, NULL, 'bob')$$, :owned), 'AL021', NULL, 'who decides one of them later is told');
SELECT dbo.usp_undo_adjudication(1, (:'answer'::jsonb ->> 'audit_id')::bigint, 'it is one', 'anna') AS undone \gset
SELECT is(jsonb_array_length(:'undone'::jsonb -> 'with_it'), 4, 'taken back, they come back with it');
SELECT is(tap.picture(1), :'before'::jsonb, 'and all is as it was');

-- One of them taken back, or decided, by itself.
SELECT dbo.usp_adjudicate(1, 'entity', :artoo, 'reject', NULL, 'a misreading', 'anna') AS answer \gset
SELECT dbo.usp_undo_adjudication(1, (SELECT (w ->> 'audit_id')::bigint FROM jsonb_array_elements(:'answer'::jsonb -> 'with_it') w WHERE (w ->> 'item_id')::bigint = :owned AND w ->> 'item_type' = 'relation'), NULL, 'bob') \g /dev/null
SELECT is(pg_temp.states(), 'met rejected, met candidate, owned promoted, saw adjudicated', 'one of them is taken back alone');
SELECT dbo.usp_adjudicate(1, 'relation', :owned, 'reject', NULL, 'no', 'bob') \g /dev/null
SELECT is(jsonb_array_length(dbo.usp_undo_adjudication(1, (:'answer'::jsonb ->> 'audit_id')::bigint, NULL, 'anna') -> 'with_it'), 3, 'what was decided since stays as it was decided');
SELECT is(pg_temp.states(), 'met candidate, met candidate, owned rejected, saw adjudicated', 'indeed');
SELECT is(jsonb_array_length(dbo.usp_adjudicate(1, 'event', (SELECT event_id FROM dbo.dim_event WHERE event_name = 'Hoth'), 'reject', NULL, NULL, 'anna') -> 'with_it'), 1, 'of an event its participations go');
SELECT is_empty($$SELECT * FROM dbo.fn_check_adjudication_chain(1)$$, 'the chain holds');

-- Pairs and proposals beside the list of items.
SELECT dbo.usp_note_similar_entities(1, jsonb_build_array(jsonb_build_object('first_entity_id', least(:artoo, e.entity_id), 'second_entity_id', greatest(:artoo, e.entity_id),
    'similarity', 0.96, 'explanation', '[]'::jsonb))) FROM dbo.dim_entity e WHERE entity_name = 'Han' \g /dev/null
SELECT dbo.usp_adjudicate(1, 'entity', :artoo, 'reject', NULL, NULL, 'anna') \g /dev/null
SELECT is(jsonb_array_length(dbo.fn_duplicate_pairs(1, 10)), 0, 'a pair with one that was rejected is not asked about');
SELECT dbo.usp_route_unknown_items(1, NULL, c.source_page_id, :one, jsonb_build_array(tap.grounded(:one, 'Hoth', '{"family": "spell", "name": "Lumos", "confidence": 0.9}'))) FROM vector.chunk c WHERE c.chunk_id = :one \g /dev/null
SELECT is((SELECT (i -> 'items' -> 0) - 'item_id' || jsonb_build_object('waiting', i -> 'waiting', 'proposals', i -> 'proposals') FROM dbo.fn_review_items(1, '{"type": "schema_proposal"}', NULL, 10) i),
    '{"item_type": "schema_proposal", "label": "a table for spell", "state": "open", "confidence": null, "support": 1, "reason": "1 items on 1 pages", "quote": "Lumos", "source_page_id": null,
      "title": null, "locator": null, "waiting": 1, "proposals": 1}'::jsonb, 'proposed tables are listed');
SELECT * FROM finish();
ROLLBACK;
