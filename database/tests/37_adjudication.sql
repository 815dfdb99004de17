-- Decisions of people: what they do to a row, that nobody overwrites them, that they can be taken back, and their audit.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT pg_advisory_xact_lock(14) \g /dev/null
-- One test of decisions at a time: each is one long transaction that keeps the chain of tenant 1.
SELECT plan(32);
SELECT c AS chunks FROM tap.chunks(1, 'review', 'R2-D2 is a droid owned by Luke from 1977 to 1980.', 'Luke met Leia in 1977.') c \gset
\set first '(:''chunks''::bigint[])[1]'
CREATE FUNCTION pg_temp.entities() RETURNS jsonb LANGUAGE sql AS $$
    SELECT tap.route_entities(c.chunk_id, tap.entity(c.chunk_id, 'R2-D2', 'droid', '{"confidence": 0.8, "attributes": {"class": "astromech"}}'),
                              tap.entity(c.chunk_id, 'Luke', 'person'))
      FROM vector.chunk c WHERE c.content LIKE 'R2-D2%' $$;
CREATE FUNCTION pg_temp.relations(p_more jsonb) RETURNS jsonb LANGUAGE sql AS $$
    SELECT tap.route_relations(c.chunk_id, tap.relation(c.chunk_id, 'R2-D2', 'owned_by', 'Luke', p_more))
      FROM vector.chunk c WHERE c.content LIKE 'R2-D2%' $$;
CREATE FUNCTION pg_temp.id(p_name text) RETURNS bigint LANGUAGE sql AS $$
    SELECT entity_id FROM dbo.dim_entity WHERE entity_name = p_name AND promotion_state <> 'merged' $$;
SELECT pg_temp.entities(), pg_temp.relations('{"confidence": 0.75, "start_date": "1977-01-01"}') \g /dev/null
SELECT tap.picture(1) AS before \gset
SELECT pg_temp.id('R2-D2') AS droid, (SELECT relation_id FROM dbo.bridge_entity_relation) AS relation,
       (SELECT source_page_id FROM sem.source_page WHERE locator = 'review') AS page \gset

-- The queue.
SELECT is(dbo.fn_review_queue(1, NULL, NULL, 10) #- '{pages,0,source_page_id}',
    '{"pages": [{"title": "review", "locator": "review", "items": 2, "lowest_confidence": 0.75, "reasons": ["low_confidence"],
      "types": ["entity", "relation"]}], "next": null, "waiting": 1, "waiting_is_least": false}', 'a page waits with its candidates');
SELECT is(dbo.fn_review_queue(1, '{"type": "entity", "min_confidence": 0.8}', NULL, 10) #> '{pages,0,items}', '1', 'a filter counts what meets it');
SELECT is(dbo.fn_review_queue(1, '{"type": "event"}', NULL, 10), '{"pages": [], "next": null, "waiting": 0, "waiting_is_least": false}', 'a filter that nothing meets gives nothing');
SELECT throws_ok($$SELECT dbo.fn_review_queue(1, '{"colour": 1}', NULL, 10)$$, 'AL005', NULL, 'an unknown filter is refused');
SELECT is((SELECT array_agg(i ->> 'label') FROM jsonb_array_elements(dbo.fn_review_page(1, :page) -> 'items') i),
    ARRAY['R2-D2 (droid)', 'R2-D2 – owned_by → Luke (1977-01-01)', 'Luke (person)'], 'a page shows all its items, those that wait first');

-- Approving, and who comes second.
SELECT is(dbo.usp_adjudicate(1, 'entity', :droid, 'approve', NULL, 'seen it', 'anna') - 'audit_id',
    jsonb_build_object('item_type', 'entity', 'item_id', :droid, 'old_state', 'candidate', 'new_state', 'adjudicated'), 'an approved entity is adjudicated');
SELECT throws_ok(format($$SELECT dbo.usp_adjudicate(1, 'entity', %s, 'reject', NULL, NULL, 'bob')$$, :droid), 'AL021', NULL,
    'what another decided meanwhile is not decided again');
SELECT throws_ok(format($$SELECT dbo.usp_adjudicate(1, 'entity', %s, 'reject', NULL, NULL, 'bob', 'candidate')$$, :droid), 'AL021', NULL,
    'nor what is not any more what the decider saw');
SELECT is((SELECT dbo.fn_review_queue(1, NULL, NULL, 10) #> '{pages,0,items}'), '1', 'what is decided waits no more');

-- Rejecting: a later run of the same does not bring it back.
SELECT is(dbo.usp_adjudicate(1, 'relation', :relation, 'reject', NULL, 'wrong', 'anna') ->> 'new_state', 'rejected', 'a rejected relation is rejected');
SELECT pg_temp.entities(), pg_temp.relations('{"confidence": 0.99, "start_date": "1977-01-01"}') \g /dev/null
SELECT is((SELECT array_agg(promotion_state::text) FROM dbo.bridge_entity_relation), ARRAY['rejected'], 'surer evidence does not lift it');
SELECT is(dbo.fn_review_queue(1, NULL, NULL, 10) -> 'waiting', '0', 'nothing waits when all is decided');

-- Taking back, last first.
SELECT is((SELECT array_agg(dbo.usp_undo_adjudication(1, a.audit_id, 'oops', 'anna') ->> 'new_state' ORDER BY a.audit_id DESC)
             FROM (SELECT * FROM dbo.audit_entity_adjudication WHERE decision <> 'undo' ORDER BY audit_id DESC) a),
    ARRAY['promoted', 'candidate'], 'taken back, rows are what they were, lifted by what came since');
SELECT throws_ok(format($$SELECT dbo.usp_undo_adjudication(1, %s, NULL, 'anna')$$, (SELECT min(audit_id) FROM dbo.audit_entity_adjudication)), 'AL024', NULL,
    'nothing is taken back twice');

-- Overriding.
SELECT tap.picture(1) AS before \gset
SELECT dbo.usp_adjudicate(1, 'entity', :droid, 'override', '{"name": "Artoo-Detoo", "type": "Astromech droid", "attributes": {"class": "R2"}}', 'its name', 'anna') ->> 'audit_id' AS renaming \gset
SELECT dbo.usp_adjudicate(1, 'relation', :relation, 'override', '{"type": "Property of", "end_date": "1980-12-31"}', 'said so', 'anna', 'promoted') ->> 'audit_id' AS retyping \gset
SELECT tap.picture(1) AS overridden \gset
SELECT pg_temp.entities(), pg_temp.relations('{"confidence": 0.99, "start_date": "1977-01-01"}') \g /dev/null
SELECT is((SELECT array_agg(entity_name || '/' || entity_type || '/' || promotion_state || '/' || attributes ORDER BY entity_name COLLATE "C") FROM dbo.dim_entity WHERE promotion_state <> 'merged'),
    ARRAY['Artoo-Detoo/astromech_droid/adjudicated/{"class": "R2"}', 'Luke/person/promoted/{}'], 'an overridden entity stays so when its page is read again');
SELECT is((SELECT array_agg(relation_type || ' ' || promotion_state || coalesce(' ' || end_date, '') ORDER BY relation_id) FROM dbo.bridge_entity_relation),
    ARRAY['property_of adjudicated 1980-12-31', 'owned_by rejected'], 'so does a relation, and what was said stays rejected');
SELECT is(dbo.fn_show_entity(1, 'R2-D2') #>> '{matches,0,name}', 'Artoo-Detoo', 'the name that pages use still leads to it');
SELECT is((SELECT array_agg(n.name) FROM dbo.fn_find_entities(1, 'Artoo-Detoo') n), ARRAY['Artoo-Detoo'], 'and so does the right one');
SELECT throws_ok(format($$SELECT dbo.usp_adjudicate(1, 'entity', %s, 'override', '{"name": "Luke", "type": "person"}', NULL, 'anna', 'adjudicated')$$, :droid),
    'AL022', NULL, 'an override cannot make one row two');
SELECT throws_ok(format($$SELECT dbo.usp_adjudicate(1, 'relation', %s, 'override', '{"end_date": "1066-01-01"}', NULL, 'anna', 'adjudicated')$$, :relation),
    'AL022', NULL, 'nor end what has not begun');
SELECT throws_ok(format($$SELECT dbo.usp_adjudicate(1, 'relation', %s, 'override', '{"end_date": "soon"}', NULL, 'anna', 'adjudicated')$$, :relation), 'AL022', NULL, 'nor set a date that is none');
SELECT throws_ok(format($$SELECT dbo.usp_adjudicate(1, 'relation', %s, 'override', '{"support": 7}', NULL, 'anna', 'adjudicated')$$, :relation), 'AL022', NULL, 'nor what is not the decider''s');
SELECT dbo.usp_undo_adjudication(1, :retyping, NULL, 'bob'), dbo.usp_undo_adjudication(1, :renaming, NULL, 'bob') \g /dev/null
SELECT is(tap.picture(1), :'before'::jsonb, 'taken back, everything is as it was');

-- A name said since, taken back, is an entity of its own.
SELECT dbo.usp_adjudicate(1, 'entity', :droid, 'override', '{"name": "Artoo"}', NULL, 'anna') ->> 'audit_id' AS renaming \gset
SELECT tap.route_entities(c.chunk_id, tap.entity(c.chunk_id, 'Artoo', 'droid')) FROM vector.chunk c WHERE c.content LIKE 'Luke met%' \g /dev/null
SELECT dbo.usp_undo_adjudication(1, :renaming, NULL, 'anna') \g /dev/null
SELECT is((SELECT array_agg(entity_name || ' ' || support ORDER BY entity_name) FROM dbo.dim_entity WHERE entity_type = 'droid'),
    ARRAY['Artoo 1', 'R2-D2 1'], 'what came under the new name parts from it');

-- Marks do not pile up where nobody looks.
SELECT nextval(pg_get_serial_sequence('dbo.review_stale_page', 'mark_id')), setval(pg_get_serial_sequence('dbo.review_stale_page', 'mark_id'), 999000 - 1) \g /dev/null
UPDATE dbo.evidence SET quote = quote WHERE tenant_id = 1;
SELECT is((SELECT count(*) FROM dbo.review_stale_page WHERE tenant_id = 1), 0::bigint, 'once in a while a change brings the queue up to date itself');

-- The audit.
SELECT is_empty($$SELECT * FROM dbo.fn_check_adjudication_chain(1)$$, 'the chain holds');
SELECT throws_ok($$UPDATE dbo.audit_entity_adjudication SET actor = 'eve'$$, 'AL023', NULL, 'nobody changes the audit');
SELECT throws_ok($$DELETE FROM dbo.audit_entity_adjudication$$, 'AL023', NULL, 'nobody deletes from it');
SELECT throws_ok($$TRUNCATE dbo.audit_entity_adjudication$$, 'AL023', NULL, 'nobody empties it');
SET LOCAL session_replication_role = replica;
SELECT throws_ok($$DELETE FROM dbo.audit_entity_adjudication$$, 'AL023', NULL, 'not even where triggers are off for others');
SET LOCAL session_replication_role = origin;
SELECT audit_id AS third FROM dbo.audit_entity_adjudication WHERE tenant_id = 1 AND chain_index = 3 \gset
ALTER TABLE dbo.audit_entity_adjudication DISABLE TRIGGER refuse_change;
SAVEPOINT sound;
UPDATE dbo.audit_entity_adjudication SET reason = 'another' WHERE audit_id = :third;
SELECT is((SELECT fault FROM dbo.fn_check_adjudication_chain(1) WHERE audit_id = :third), 'it was changed', 'a change by force shows');
ROLLBACK TO sound;
DELETE FROM dbo.audit_entity_adjudication WHERE chain_index = (SELECT max(chain_index) FROM dbo.audit_entity_adjudication WHERE tenant_id = 1) AND tenant_id = 1;
SELECT matches((SELECT fault FROM dbo.fn_check_adjudication_chain(1)), 'the last rows are missing', 'so does a loss at the end');
SELECT * FROM finish();
ROLLBACK;
