-- Decisions about classifications of pages and about pairs of entities; what comes of rejected entities.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT pg_advisory_xact_lock(14) \g /dev/null
-- One test of decisions at a time: each is one long transaction that keeps the chain of tenant 1.
SELECT plan(23);
SELECT c[1] AS chunk FROM tap.chunks(1, 'pairs', 'Artoo is a droid. Artu is a droid. Leia owns Artoo.') c \gset
SELECT (SELECT source_page_id FROM sem.source_page WHERE locator = 'pairs') AS page \gset
CREATE FUNCTION pg_temp.classify(p_page bigint, p_type text, p_confidence text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT dbo.usp_process_page_classification_output(tap.job('page_classification', p_page, NULL), NULL,
        jsonb_build_object('primary_type', p_type, 'confidence', p_confidence::numeric, 'grounding', 'exact', 'evidence', '[]'::jsonb)) $$;
SELECT tap.route_entities(:chunk, tap.entity(:chunk, 'Artoo', 'droid'), tap.entity(:chunk, 'Artu', 'droid', '{"confidence": 0.8}'), tap.entity(:chunk, 'Leia', 'person')),
       tap.route_relations(:chunk, tap.relation(:chunk, 'Leia', 'owns', 'Artoo')), pg_temp.classify(:page, 'droid', '0.75') \g /dev/null
SELECT (SELECT entity_id FROM dbo.dim_entity WHERE entity_name = 'Artoo') AS artoo, (SELECT entity_id FROM dbo.dim_entity WHERE entity_name = 'Artu') AS artu,
       (SELECT entity_id FROM dbo.dim_entity WHERE entity_name = 'Leia') AS leia, (SELECT relation_id FROM dbo.bridge_entity_relation) AS owns \gset

-- A page's classification.
SELECT is((SELECT count(*) FROM sem.vw_pages_needing_review WHERE source_page_id = :page), 1::bigint, 'an unsure classification needs review');
SELECT dbo.usp_adjudicate(1, 'page_classification', :page, 'override', '{"type": "Person"}', 'it is about Leia', 'anna') ->> 'audit_id' AS audit \gset
SELECT is((SELECT array[primary_type, promotion_state, needs_review::text, array_to_string(type_set, ',')] FROM sem.page_classification WHERE source_page_id = :page),
    ARRAY['person', 'adjudicated', 'false', 'droid,person'], 'an override says what the page is about');
SELECT pg_temp.classify(:page, 'droid', '0.99') \g /dev/null
SELECT is((SELECT primary_type FROM sem.page_classification WHERE source_page_id = :page), 'person', 'a surer run does not overwrite it');
SELECT dbo.usp_undo_adjudication(1, :audit, NULL, 'anna') \g /dev/null
SELECT is((SELECT array[primary_type, needs_review::text, array_to_string(type_set, ',')] FROM sem.page_classification WHERE source_page_id = :page),
    ARRAY['droid', 'true', 'droid'], 'taken back, it waits again');
SELECT dbo.usp_adjudicate_classification(1, :page, 'reject', NULL, NULL, 'anna') \g /dev/null
SELECT is((SELECT primary_type FROM sem.fn_page(:page)), NULL, 'a rejected classification is told to no prompt');
SELECT pg_temp.classify(:page, 'droid', '0.99') \g /dev/null
SELECT is((SELECT promotion_state FROM sem.page_classification WHERE source_page_id = :page), 'rejected', 'and stays rejected');

-- A pair.
SELECT dbo.usp_note_similar_entities(1, jsonb_build_array(jsonb_build_object('first_entity_id', least(:artoo, :artu), 'second_entity_id', greatest(:artoo, :artu),
    'similarity', 0.96, 'explanation', '{}'::jsonb))) \g /dev/null
SELECT pair_id AS pair FROM dbo.entity_dedupe_candidate WHERE tenant_id = 1 AND reason = 'similar' \gset
SELECT is(dbo.fn_review_page(1, :page) #>> '{duplicates,0,pair_id}', :'pair', 'a page shows likely duplicates of its entities');
SELECT is((SELECT i ->> 'reason' FROM jsonb_array_elements(dbo.fn_review_page(1, :page) -> 'items') i WHERE i ->> 'label' = 'Artu (droid)'),
    'possible_duplicate', 'and says that this is why one waits');
SELECT tap.picture(1) AS before \gset
SELECT dbo.usp_adjudicate(1, 'dedupe_pair', :pair, 'approve', NULL, 'the same', 'anna') ->> 'audit_id' AS audit \gset
SELECT is((SELECT array_agg(status) FROM dbo.entity_dedupe_candidate WHERE pair_id = :pair), ARRAY['merged'], 'an approved pair is merged');
SELECT is((SELECT merged_into_id FROM dbo.dim_entity WHERE entity_id = :artu), :artoo::bigint, 'the surer one is the master');
SELECT throws_ok(format($$SELECT dbo.usp_adjudicate(1, 'dedupe_pair', %s, 'reject', NULL, NULL, 'bob')$$, :pair), 'AL021', NULL, 'the second decider is told');
SELECT throws_ok(format($$SELECT dbo.usp_adjudicate(1, 'entity', %s, 'approve', NULL, NULL, 'bob')$$, :artu), 'AL021', NULL, 'a merged entity is not decided about');
SELECT dbo.usp_undo_adjudication(1, :audit, NULL, 'anna') \g /dev/null
SELECT is(tap.picture(1), :'before'::jsonb, 'taken back, everything is as it was');
SELECT is((SELECT status FROM dbo.entity_dedupe_candidate WHERE pair_id = :pair), 'open', 'and the pair is open again, under its number');
SELECT dbo.usp_adjudicate(1, 'dedupe_pair', :pair, 'override', jsonb_build_object('master_entity_id', :artu), NULL, 'anna') ->> 'audit_id' AS audit \gset
SELECT is((SELECT merged_into_id FROM dbo.dim_entity WHERE entity_id = :artoo), :artu::bigint, 'a person may choose the master');
SELECT dbo.usp_undo_adjudication(1, :audit, NULL, 'anna'), dbo.usp_adjudicate(1, 'dedupe_pair', :pair, 'reject', NULL, 'two droids', 'anna') \g /dev/null
SELECT is((SELECT status FROM dbo.entity_dedupe_candidate WHERE pair_id = :pair), 'distinct', 'a rejected pair is distinct');

-- A rejected entity.
SELECT dbo.usp_adjudicate(1, 'entity', :leia, 'reject', NULL, 'no entity', 'anna') \g /dev/null
SELECT is(dbo.fn_show_entity(1, 'Artoo') #> '{matches,0,relations}', '[]', 'what leads to a rejected entity is not shown');
SELECT tap.route_relations(:chunk, tap.relation(:chunk, 'Leia', 'pilots', 'Artoo')) \g /dev/null
SELECT is((SELECT promotion_state::text FROM dbo.bridge_entity_relation WHERE relation_type = 'pilots'), 'suppressed', 'nor does a later run add to it');
SELECT is((SELECT array_agg(c.name ORDER BY c.name) FROM dbo.fn_chunk_entities(:chunk) c), ARRAY['Artoo', 'Artu'], 'and no prompt is told of it');
-- A fact.
INSERT INTO dbo.fact_assertion (tenant_id, subject_table, subject_id, predicate, value, promotion_state, confidence)
VALUES (1, 'dbo.dim_entity', :artoo, 'height', '1.08 m', 'candidate', 0.8) RETURNING assertion_id AS fact \gset
SELECT dbo.usp_adjudicate(1, 'assertion', :fact, 'override', '{"value": "1.09 m", "start_text": "always"}', NULL, 'anna') ->> 'audit_id' AS audit \gset
SELECT is((SELECT array_agg(value || ' ' || promotion_state ORDER BY assertion_id) FROM dbo.fact_assertion), ARRAY['1.09 m adjudicated', '1.08 m rejected'],
    'an overridden fact leaves the one that was said behind, rejected');
SELECT is((SELECT array_agg(label ORDER BY item_id) FROM dbo.vw_item WHERE item_type = 'assertion'),
    ARRAY['Artoo (droid): height = 1.09 m (always)', 'Artoo (droid): height = 1.08 m'], 'facts are named by what they are about');
SELECT dbo.usp_undo_adjudication(1, :audit, NULL, 'anna') \g /dev/null
SELECT is((SELECT array_agg(value || ' ' || promotion_state) FROM dbo.fact_assertion), ARRAY['1.08 m candidate'], 'and is put back');
SELECT is((SELECT array[severity, figure ->> 'broken'] FROM llm.fn_health('{}') WHERE "check" = 'audit'), ARRAY['well', '0'], 'the doctor finds the audit sound');
SELECT * FROM finish();
ROLLBACK;
