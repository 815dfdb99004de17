-- Thresholds applied to what is stored, calibration from decisions, lists for reviewers, and the roles of people who read and decide.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT pg_advisory_xact_lock(14) \g /dev/null
-- One test of decisions at a time: each is one long transaction that keeps the chain of tenant 1.
SELECT plan(25);
SELECT c[1] AS chunk FROM tap.chunks(1, 'thresholds', 'R2-D2 is a droid owned by Luke. C-3PO is a droid. BB-8 rolls.') c \gset
SELECT tap.route_entities(:chunk, tap.entity(:chunk, 'R2-D2', 'droid', '{"confidence": 0.85}'), tap.entity(:chunk, 'Luke', 'person', '{"confidence": 0.95}'),
           tap.entity(:chunk, 'C-3PO', 'droid', '{"confidence": 0.5}'), tap.entity(:chunk, 'BB-8', 'droid', '{"confidence": 0.85}')),
       tap.route_relations(:chunk, tap.relation(:chunk, 'R2-D2', 'owned_by', 'Luke', '{"confidence": 0.92}')) \g /dev/null
CREATE FUNCTION pg_temp.states() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(s.label || ' ' || s.state, ', ' ORDER BY s.label) FROM (
        SELECT entity_name AS label, promotion_state::text AS state FROM dbo.dim_entity UNION ALL SELECT relation_type, promotion_state FROM dbo.bridge_entity_relation) s $$;
SELECT dbo.usp_adjudicate(1, 'entity', entity_id, 'reject', NULL, NULL, 'anna') FROM dbo.dim_entity WHERE entity_name = 'BB-8' \g /dev/null
SELECT is(pg_temp.states(), 'BB-8 rejected, C-3PO suppressed, Luke promoted, R2-D2 candidate, owned_by promoted', 'states by 0.9 and 0.7');

\set lower '{"*": {"auto_promote": 0.8, "manual_review": 0.4}, "relation": {"auto_promote": 0.95, "manual_review": 0.8}}'
SELECT is((SELECT moved FROM dbo.usp_reapply_thresholds(1, 'entity', NULL, 100, :'lower')), '{"candidate>promoted": 1, "suppressed>candidate": 1}', 'what would move is counted');
SELECT is((SELECT moved FROM dbo.usp_reapply_thresholds(1, 'relation', NULL, 100, :'lower')), '{"promoted>candidate": 1}', 'by each kind''s own thresholds');
SELECT is(pg_temp.states(), 'BB-8 rejected, C-3PO suppressed, Luke promoted, R2-D2 candidate, owned_by promoted', 'and nothing moves');
SELECT is(dbo.usp_replace_thresholds(1, :'lower'), 2, 'thresholds are replaced');
SELECT is(dbo.usp_replace_thresholds(1, :'lower'), 0, 'once');
SELECT throws_ok($$SELECT dbo.usp_replace_thresholds(1, '{"relations": {"auto_promote": 0.9, "manual_review": 0.7}}')$$, 'AL025', NULL, 'an unknown kind is refused');
SELECT throws_ok($$SELECT dbo.usp_replace_thresholds(1, '{"*": {"auto_promote": 0.5, "manual_review": 0.7}}')$$, 'AL005', NULL, 'so are thresholds the wrong way round');
SELECT is((SELECT last_id FROM dbo.usp_reapply_thresholds(1, 'entity', NULL, 2, NULL)), (SELECT entity_id FROM dbo.dim_entity ORDER BY entity_id OFFSET 1 LIMIT 1), 'a step is bounded');
SELECT dbo.usp_reapply_thresholds(1, 'entity', NULL, 100, NULL), dbo.usp_reapply_thresholds(1, 'relation', NULL, 100, NULL) \g /dev/null
SELECT is(pg_temp.states(), 'BB-8 rejected, C-3PO candidate, Luke promoted, R2-D2 promoted, owned_by candidate', 'applied, states move and decisions stay');
SELECT dbo.usp_derive_entities(1, ARRAY(SELECT entity_id FROM dbo.dim_entity)), dbo.usp_derive_relations(1, ARRAY(SELECT relation_id FROM dbo.bridge_entity_relation)) \g /dev/null
SELECT is(pg_temp.states(), 'BB-8 rejected, C-3PO candidate, Luke promoted, R2-D2 promoted, owned_by candidate', 'computed anew they are the same');
SELECT is((SELECT moved FROM dbo.usp_reapply_thresholds(1, 'entity', NULL, 100, NULL)), '{}', 'a second time moves nothing');

-- Lists.
SELECT is((SELECT array_agg(i ->> 'label') FROM jsonb_array_elements(dbo.fn_review_items(1, NULL, NULL, 10) -> 'items') i), ARRAY['C-3PO (droid)', 'R2-D2 – owned_by → Luke'],
    'items are listed, the least sure first');
SELECT is(dbo.fn_review_items(1, NULL, dbo.fn_review_items(1, NULL, NULL, 1) ->> 'next', 10) #>> '{items,0,label}', 'R2-D2 – owned_by → Luke', 'and part after part');
SELECT is(dbo.fn_review_item(1, 'entity', (SELECT entity_id FROM dbo.dim_entity WHERE entity_name = 'BB-8')) #>> '{history,0,decision}', 'reject', 'an item shows what was decided about it');
SELECT is((SELECT array[i #>> '{evidence,0,before}', i #>> '{evidence,0,quote}', i #>> '{evidence,0,after}'] FROM dbo.fn_review_item(1, 'entity', (SELECT entity_id FROM dbo.dim_entity WHERE entity_name = 'BB-8')) i),
    ARRAY['R2-D2 is a droid owned by Luke. C-3PO is a droid. ', 'BB-8', ' rolls.'], 'and its evidence in its text');

-- Calibration: twenty decisions at 0.72, half of them right; eighty at 0.95, all right.
INSERT INTO dbo.name (tenant_id, name_key) SELECT 1, 'calibrated ' || i FROM generate_series(1, 100) i;
INSERT INTO dbo.dim_entity (tenant_id, name_id, entity_name, name_key, entity_type, type_key, promotion_state, confidence)
SELECT 1, name_id, name_key, name_key, 'star', 'star', 'candidate', CASE WHEN split_part(name_key, ' ', 2)::int <= 20 THEN 0.72 ELSE 0.95 END FROM dbo.name WHERE name_key LIKE 'calibrated %';
SELECT count(dbo.usp_adjudicate(1, 'entity', entity_id, CASE WHEN split_part(name_key, ' ', 2)::int <= 10 THEN 'reject' ELSE 'approve' END, NULL, NULL, 'anna'))
  FROM dbo.dim_entity WHERE entity_type = 'star' \g /dev/null
SELECT is(dbo.fn_review_calibration(1, 'entity', 0.9) #- '{bands,1}' #> '{bands,0}' #- '{low}' #- '{high}',
    '{"from": 0.7, "to": 0.75, "decisions": 20, "right": 10, "share": 0.5}', 'a band says how often it was right');
SELECT is((SELECT array[round(low::numeric, 3), round(high::numeric, 3)] FROM dbo.fn_wilson(10, 20)), ARRAY[0.299, 0.701], 'with Wilson''s interval');
SELECT is(dbo.fn_review_calibration(1, 'entity', 0.9) #> '{threshold,confidence}', '0.85', 'a threshold that shows the precision is found');
SELECT is(dbo.fn_review_calibration(1, 'entity', 0.99) -> 'threshold', 'null', 'none where decisions are too few');
SELECT is(dbo.fn_review_calibration(1, 'entity', 0.99) -> 'needed', '381', 'and it says how many it takes');
SELECT throws_ok($$SELECT dbo.fn_review_calibration(1, NULL, 1)$$, 'AL005', NULL, 'certainty is not to be had');

-- Roles.
SELECT dbo.usp_ensure_roles() \g /dev/null
SELECT is((SELECT bool_or(is_new) FROM dbo.usp_ensure_roles()), false, 'roles are made once');
SELECT is((SELECT array[has_table_privilege('almagest_reader', 'dbo.dim_entity', 'SELECT'), has_table_privilege('almagest_reader', 'dbo.dim_entity', 'UPDATE'),
                        has_schema_privilege('almagest_reader', 'ingest', 'USAGE'), has_function_privilege('almagest_reader', 'dbo.usp_undo_adjudication(int, bigint, text, text)', 'EXECUTE'),
                        has_table_privilege('almagest_reviewer', 'dbo.audit_entity_adjudication', 'INSERT')]), ARRAY[true, false, false, false, false], 'a reader only reads, and nothing raw');
SELECT entity_id AS r2 FROM dbo.dim_entity WHERE entity_name = 'R2-D2' \gset
SET LOCAL ROLE almagest_reviewer;
SELECT dbo.usp_adjudicate(1, 'entity', :r2, 'approve', NULL, NULL, 'bob'), dbo.fn_review_queue(1, NULL, NULL, 5) \g /dev/null
RESET ROLE;
SELECT is((SELECT promotion_state::text FROM dbo.dim_entity WHERE entity_id = :r2), 'adjudicated', 'a reviewer decides through the procedures');
SELECT * FROM finish();
ROLLBACK;
