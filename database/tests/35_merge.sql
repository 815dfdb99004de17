-- Merging entities and taking it back.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT plan(51);

-- Every row of every table of dbo, apart from the records of merges.
CREATE FUNCTION pg_temp.dump() RETURNS TABLE (table_name text, row_text text) LANGUAGE plpgsql AS $$
DECLARE v_table text;
BEGIN
    FOR v_table IN SELECT t.relname FROM pg_class t WHERE t.relnamespace = 'dbo'::regnamespace AND t.relkind = 'r'
                      AND t.relname NOT IN ('entity_merge', 'entity_merge_row') AND t.relname NOT LIKE 'review\_%' ORDER BY 1 LOOP
        RETURN QUERY EXECUTE format('SELECT %L::text, to_jsonb(t)::text FROM dbo.%I t', v_table, v_table);
    END LOOP;
END $$;
CREATE FUNCTION pg_temp.id(p_name text, p_type text DEFAULT NULL) RETURNS bigint LANGUAGE sql AS $$
    SELECT min(entity_id) FROM dbo.dim_entity WHERE tenant_id = 1 AND name_key = dbo.fn_name_key(p_name)
       AND (p_type IS NULL OR type_key = p_type)
$$;
CREATE TEMP TABLE at (one bigint, two bigint, three bigint);
INSERT INTO at SELECT c[1], c[2], d[1] FROM tap.chunks(1, 'log', 'Mirelle Voss, the Gull, sails the Heron out of Tarn.', 'Captain M. Voss sails the Heron. M. Voss knows Mirelle Voss.') c,
    tap.chunks(1, 'letter', 'Mirele Voss sails the Heron. Voss, captain, knows M. Voss.') d;
DO $$
DECLARE a record;
BEGIN
    SELECT * INTO a FROM at;
    PERFORM tap.route_entities(a.one, tap.entity(a.one, 'Mirelle Voss', 'person', '{"aliases": ["the Gull"], "attributes": {"born": 1701}, "confidence": 0.8}'),
        tap.entity(a.one, 'Heron', 'ship'), tap.entity(a.one, 'Tarn', 'place'));
    PERFORM tap.route_relations(a.one, tap.relation(a.one, 'the Gull', 'sails', 'Heron', '{"confidence": 0.75, "start_text": "b"}'));
    PERFORM tap.route_entities(a.two, tap.entity(a.two, 'M. Voss', 'person', '{"attributes": {"born": 1702, "rank": "captain"}}'), tap.entity(a.two, 'Heron', 'unknown'));
    PERFORM tap.route_relations(a.two, tap.relation(a.two, 'M. Voss', 'sails', 'Heron', '{"start_text": "a", "confidence": 0.95}'),
        tap.relation(a.two, 'M. Voss', 'knows', 'Mirelle Voss'), tap.relation(a.two, 'M. Voss', 'sails', 'Heron', '{"start_date": "1720-01-01"}'));
    PERFORM tap.route_entities(a.three, tap.entity(a.three, 'Mirele Voss', 'person'), tap.entity(a.three, 'Voss', 'captain'),
        tap.entity(a.three, 'M. Voss', 'captain'), tap.entity(a.three, 'the Gull', 'bird'));
    PERFORM tap.route_relations(a.three, tap.relation(a.three, 'Mirele Voss', 'sails', 'Heron'), tap.relation(a.three, 'Voss', 'knows', 'M. Voss', '{"object_type": "captain"}'));
END $$;
CREATE TEMP TABLE who AS SELECT pg_temp.id('Mirelle Voss') AS master, pg_temp.id('M Voss', 'person') AS initial,
    pg_temp.id('Mirele Voss') AS typo, pg_temp.id('Voss') AS untyped, pg_temp.id('M Voss', 'captain') AS captain, pg_temp.id('Heron') AS heron;

-- The other bridges and facts: one of the master's own, one that falls together with it, one that does not.
INSERT INTO dbo.name (tenant_id, name_key) VALUES (1, 'battle of tarn') ON CONFLICT DO NOTHING;
CREATE TEMP TABLE thing AS SELECT name_id, name_key FROM dbo.name WHERE name_key = 'battle of tarn' AND tenant_id = 1;
INSERT INTO dbo.dim_event (tenant_id, name_id, event_name, name_key) SELECT 1, name_id, 'Battle of Tarn', name_key FROM thing;
INSERT INTO dbo.dim_work (tenant_id, name_id, work_name, name_key) SELECT 1, name_id, 'Battle of Tarn', name_key FROM thing;
INSERT INTO dbo.dim_location (tenant_id, name_id, location_name, name_key) SELECT 1, name_id, 'Tarn', name_key FROM thing;
INSERT INTO dbo.dim_period (tenant_id, name_id, period_name, name_key) SELECT 1, name_id, 'Tarn', name_key FROM thing;
INSERT INTO dbo.dim_concept (tenant_id, name_id, concept_name, name_key) SELECT 1, name_id, 'Tarn', name_key FROM thing;
INSERT INTO dbo.dim_tag (tenant_id, name_id, tag_name, name_key) SELECT 1, name_id, 'Tarn', name_key FROM thing;
DO $$
DECLARE v record;
BEGIN
    FOR v IN SELECT * FROM (VALUES ('event', 'participation_role'), ('work', 'appearance_type'), ('location', 'location_role'),
                                   ('period', 'period_role'), ('concept', 'concept_role')) k(kind, role) LOOP
        EXECUTE format('INSERT INTO dbo.bridge_entity_%1$s (tenant_id, entity_id, %1$s_id, %2$s, confidence, promotion_state, support, attributes)
            SELECT 1, w.id, d.%1$s_id, w.role, w.confidence, w.state, 1, jsonb_build_object(''by'', w.role || w.id)
              FROM dbo.dim_%1$s d, (SELECT master AS id, ''leader'' AS role, 0.6 AS confidence, ''candidate'' AS state FROM who
                UNION ALL SELECT initial, ''leader'', 0.9, ''promoted'' FROM who UNION ALL SELECT typo, ''leader'', 0.7, ''adjudicated'' FROM who
                UNION ALL SELECT initial, ''witness'', 0.9, ''promoted'' FROM who) w WHERE d.name_key = ''battle of tarn''', v.kind, v.role);
        EXECUTE format('INSERT INTO dbo.evidence (tenant_id, target_table, target_id, source_page_id, chunk_id, char_start, char_end, grounding, confidence, earned_state)
            SELECT 1, %L, b.entity_%s_id, c.source_page_id, c.chunk_id, 0, 7, ''exact'', b.confidence, ''candidate''
              FROM dbo.bridge_entity_%2$s b, vector.chunk c, at WHERE c.chunk_id IN (at.one, at.three)', 'dbo.bridge_entity_' || v.kind, v.kind);
    END LOOP;
    INSERT INTO dbo.bridge_tag_assignment (tenant_id, tag_id, entity_id) SELECT 1, t.tag_id, w.id FROM dbo.dim_tag t, (SELECT master AS id FROM who UNION ALL SELECT initial FROM who) w;
    FOR v IN SELECT * FROM (VALUES ('assertion'), ('measurement'), ('state')) k(kind) LOOP
        EXECUTE format('INSERT INTO dbo.fact_%1$s (tenant_id, subject_table, subject_id, predicate)
            SELECT 1, ''dbo.dim_entity'', initial, ''height'' FROM who UNION ALL SELECT 1, ''dbo.dim_work'', initial, ''height'' FROM who
            UNION ALL SELECT 1, ''dbo.bridge_entity_event'', b.entity_event_id, ''height'' FROM dbo.bridge_entity_event b', v.kind);
    END LOOP;
    INSERT INTO dbo.entity_dedupe_candidate (tenant_id, first_entity_id, second_entity_id, reason, status)
    SELECT 1, least(a, b), greatest(a, b), 'similar', s FROM (SELECT master AS a, initial AS b, 'open' AS s FROM who
        UNION ALL SELECT initial, heron, 'distinct' FROM who UNION ALL SELECT typo, heron, 'open' FROM who UNION ALL SELECT master, heron, 'open' FROM who) p;
END $$;
UPDATE dbo.dim_entity SET updated_at = recorded_at - interval '1 day';
CREATE TEMP TABLE before AS SELECT * FROM pg_temp.dump();
SELECT cmp_ok((SELECT count(DISTINCT table_name) FROM before), '>=', 18::bigint, 'the dump covers tables of every kind');

-- What is refused.
SELECT throws_ok('SELECT dbo.usp_merge_entities(1, master, ARRAY[master], NULL, NULL) FROM who', 'AL011', NULL, 'an entity with itself');
SELECT throws_ok('SELECT dbo.usp_merge_entities(1, master, ARRAY[initial, master], NULL, NULL) FROM who', 'AL011', NULL, 'the master among others');
SELECT throws_ok('SELECT dbo.usp_merge_entities(1, master, ARRAY[999999999], NULL, NULL) FROM who', 'AL004', 'tenant 1 has no entity 999999999', 'an unknown duplicate');
SELECT throws_ok('SELECT dbo.usp_merge_entities(1, 999999999, ARRAY[initial], NULL, NULL) FROM who', 'AL004', NULL, 'an unknown master');
SELECT throws_ok($$SELECT dbo.usp_merge_entities(llm.usp_ensure_tenant('merge other'), master, ARRAY[initial], NULL, NULL) FROM who$$, 'AL004', NULL, 'another tenant''s');
SELECT throws_ok('SELECT dbo.usp_merge_entities(1, master, ''{}'', NULL, NULL) FROM who', 'AL005', NULL, 'no duplicates');
SELECT throws_ok('SELECT dbo.usp_merge_entities(1, master, ARRAY[initial, NULL], NULL, NULL) FROM who', 'AL005', NULL, 'null among the duplicates');
SELECT throws_ok('SELECT dbo.usp_unmerge_entities(999999999)', 'AL004', 'there is no merge 999999999', 'taking back what never was');
SELECT is_empty('SELECT * FROM pg_temp.dump() EXCEPT ALL SELECT * FROM before', 'and what is refused changes nothing');

-- A merge.
CREATE TEMP TABLE merge (step integer, id bigint);
INSERT INTO merge SELECT 1, dbo.usp_merge_entities(1, master, ARRAY[initial, typo, initial], 'the same captain', 'ada') FROM who;
SELECT row_eq('SELECT master_id, duplicate_ids, reason, actor FROM dbo.entity_merge, merge WHERE merge_id = id',
    ROW((SELECT master FROM who), (SELECT ARRAY[least(initial, typo), greatest(initial, typo)] FROM who), 'the same captain'::text, 'ada'::text), 'the merge is on record');
SELECT results_eq('SELECT promotion_state::text, merged_into_id FROM dbo.dim_entity, who WHERE entity_id IN (initial, typo)',
    'SELECT ''merged''::text, master FROM who, generate_series(1, 2)', 'duplicates are merged and point to their master');
SELECT is((SELECT entity_name FROM dbo.dim_entity, who WHERE entity_id = master), 'Mirelle Voss', 'the master keeps its name');
SELECT row_eq('SELECT confidence::float8, promotion_state::text, support, attributes FROM dbo.dim_entity, who WHERE entity_id = master',
    ROW(0.95::float8, 'promoted'::text, 2, '{"born": [1701, 1702], "rank": "captain"}'::jsonb), 'and takes in what was known of the others');
SELECT is((SELECT count(*) FROM who, dbo.fn_reference_places('dbo.dim_entity') p,
    LATERAL (SELECT (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %s t WHERE (%s) %s', p.table_name,
        (SELECT string_agg(format('t.%I IN (%s, %s)', c, initial, typo), ' OR ') FROM unnest(p.reference_columns) c),
        CASE WHEN p.tag_column IS NULL THEN '' ELSE format(' AND t.%I = ''dbo.dim_entity''', p.tag_column) END), false, true, '')))[1]::text::integer AS n) x WHERE x.n > 0), 0::bigint, 'nothing refers to a duplicate any more');
SELECT is((SELECT count(*) FROM dbo.fn_reference_places('dbo.dim_entity')), 13::bigint, 'in any of the places that could');
SELECT row_eq($$SELECT confidence::float8, support, start_text, promotion_state::text, (SELECT count(*) FROM dbo.evidence v WHERE v.target_table = 'dbo.bridge_entity_relation' AND v.target_id = relation_id)
    FROM dbo.bridge_entity_relation, who WHERE from_entity_id = master AND relation_type = 'sails' AND start_date IS NULL$$,
    ROW(0.95::float8, 2, 'a'::text, 'promoted'::text, 3::bigint), 'relations that say the same are one, with all the evidence');
SELECT is((SELECT count(*) FROM dbo.bridge_entity_relation, who WHERE from_entity_id = master AND start_date = '1720-01-01'), 1::bigint, 'those with other bounds stay beside');
SELECT is((SELECT count(*) FROM dbo.bridge_entity_relation, who WHERE from_entity_id = master AND to_entity_id = master AND relation_type = 'knows'), 1::bigint, 'a relation between them leads to itself');
SELECT row_eq($$SELECT confidence::float8, support, promotion_state::text, (SELECT count(*) FROM dbo.evidence v WHERE v.target_table = 'dbo.bridge_entity_event' AND v.target_id = entity_event_id),
    (SELECT count(*) FROM dbo.fact_state s WHERE s.subject_table = 'dbo.bridge_entity_event' AND s.subject_id = entity_event_id)
    FROM dbo.bridge_entity_event, who WHERE entity_id = master AND participation_role = 'leader'$$,
    ROW(0.9::float8, 2, 'adjudicated'::text, 2::bigint, 1::bigint), 'so are other bridges: best confidence, a person''s word, the same passage once, the same fact about them once');
SELECT is((SELECT count(*) FROM dbo.bridge_entity_work, who WHERE entity_id = master), 2::bigint, 'other roles stay beside');
SELECT is((SELECT count(*) FROM dbo.fact_measurement, who WHERE subject_id = initial AND subject_table = 'dbo.dim_work'), 1::bigint, 'facts about another table''s row of that number stay');
SELECT results_eq($$SELECT status FROM dbo.entity_dedupe_candidate, who WHERE reason = 'similar' AND least(master, initial) = first_entity_id AND greatest(master, initial) = second_entity_id$$, ARRAY['merged'], 'the pair for the audit is decided');
SELECT results_eq($$SELECT status FROM dbo.entity_dedupe_candidate, who WHERE reason = 'similar' AND heron IN (first_entity_id, second_entity_id)$$, ARRAY['distinct'], 'pairs that fall together are one, and distinct holds');
SELECT is(dbo.fn_show_entity(1, 'm voss') #> '{matches,0,entity_id}', (SELECT to_jsonb(captain) FROM who), 'a name''s own row is shown first');
SELECT is(dbo.fn_show_entity(1, 'mirele voss') #>> '{matches,0,name}', 'Mirelle Voss', 'a merged name shows the master');
SELECT is(dbo.fn_show_entity(1, 'Mirelle Voss') #> '{matches,0,aliases}', '["M. Voss", "Mirele Voss", "the Gull"]'::jsonb, 'with the merged names as other names');
SELECT throws_ok('SELECT dbo.usp_merge_entities(1, untyped, ARRAY[initial], NULL, NULL) FROM who', 'AL012', NULL, 'a merged duplicate is refused');
SELECT throws_ok('SELECT dbo.usp_merge_entities(1, initial, ARRAY[untyped], NULL, NULL) FROM who', 'AL012', NULL, 'a merged master is refused');

-- Back again.
CREATE TEMP TABLE merged AS SELECT * FROM pg_temp.dump();
SELECT throws_ok($$SELECT dbo.usp_unmerge_entities(id, llm.usp_ensure_tenant('merge other')) FROM merge$$, 'AL004', NULL, 'another tenant''s merge');
SELECT is((SELECT dbo.usp_unmerge_entities(id) FROM merge WHERE step = 1), (SELECT master FROM who), 'a merge is taken back');
SELECT is_empty('(SELECT * FROM pg_temp.dump() EXCEPT ALL SELECT * FROM before) UNION ALL (SELECT * FROM before EXCEPT ALL SELECT * FROM pg_temp.dump())', 'and every table is what it was before');
SELECT isnt_empty('SELECT * FROM merged EXCEPT ALL SELECT * FROM before', 'which it was not in between');
SELECT throws_ok('SELECT dbo.usp_unmerge_entities(id) FROM merge WHERE step = 1', 'AL013', NULL, 'once only');

-- Merges on merges, in the order of the last first.
INSERT INTO merge SELECT 2, dbo.usp_merge_entities(1, initial, ARRAY[typo], NULL, 'ada') FROM who;
CREATE TEMP TABLE between_merges AS SELECT * FROM pg_temp.dump();
INSERT INTO merge SELECT 3, dbo.usp_merge_entities(1, master, ARRAY[initial, captain], NULL, 'ada') FROM who;
SELECT results_eq('SELECT DISTINCT merged_into_id FROM dbo.dim_entity, who WHERE entity_id IN (initial, typo, captain)', 'SELECT master FROM who', 'a duplicate''s duplicates point to the last master');
SELECT throws_ok('SELECT dbo.usp_unmerge_entities(id) FROM merge WHERE step = 2', 'AL013', NULL, 'an earlier merge cannot be taken back first');
SELECT lives_ok('SELECT dbo.usp_unmerge_entities(id) FROM merge WHERE step = 3', 'the later one can');
SELECT is_empty('(SELECT * FROM pg_temp.dump() EXCEPT ALL SELECT * FROM between_merges) UNION ALL (SELECT * FROM between_merges EXCEPT ALL SELECT * FROM pg_temp.dump())', 'to what lay between');
SELECT lives_ok('SELECT dbo.usp_unmerge_entities(id) FROM merge WHERE step = 2', 'then the earlier one');
SELECT is_empty('(SELECT * FROM pg_temp.dump() EXCEPT ALL SELECT * FROM before) UNION ALL (SELECT * FROM before EXCEPT ALL SELECT * FROM pg_temp.dump())', 'to what was there first');

-- What comes after a merge.
INSERT INTO merge SELECT 4, dbo.usp_merge_entities(1, master, ARRAY[initial, untyped], NULL, 'ada') FROM who;
CREATE TEMP TABLE settled AS SELECT tap.picture(1) AS picture, (SELECT count(*) FROM dbo.dim_entity) AS entities;
DO $$
DECLARE a record;
BEGIN
    SELECT * INTO a FROM at;
    PERFORM tap.route_entities(a.two, tap.entity(a.two, 'M. Voss', 'person', '{"attributes": {"born": 1702, "rank": "captain"}}'), tap.entity(a.two, 'Heron', 'unknown'));
    PERFORM tap.route_relations(a.two, tap.relation(a.two, 'M. Voss', 'sails', 'Heron', '{"start_text": "a", "confidence": 0.95}'), tap.relation(a.two, 'M. Voss', 'knows', 'Mirelle Voss'));
END $$;
SELECT is((SELECT tap.picture(1) - 'extractions'), (SELECT picture - 'extractions' FROM settled), 'the same output again changes nothing');
SELECT is((SELECT count(*) FROM dbo.dim_entity), (SELECT entities FROM settled), 'and raises no duplicate');
CREATE TEMP TABLE later AS SELECT c[1] AS chunk FROM tap.chunks(1, 'later', 'M. Voss and Voss met Ilsabet at Tarn. Voss is a cat.') c;
SELECT tap.route_entities(chunk, tap.entity(chunk, 'M. Voss', 'person'), tap.entity(chunk, 'Ilsabet', 'person')) FROM later;
SELECT tap.route_relations(chunk, tap.relation(chunk, 'M. Voss', 'met', 'Ilsabet'), tap.relation(chunk, 'M. Voss', 'sails', 'Heron')) FROM later;
SELECT is((SELECT count(*) FROM dbo.entity_mention m, later, who WHERE m.chunk_id = chunk AND m.entity_id = master), 1::bigint, 'a later mention of a merged name is the master''s');
SELECT is((SELECT from_entity_id FROM dbo.bridge_entity_relation WHERE relation_type = 'met'), (SELECT master FROM who), 'and so are its relations');
SELECT is((SELECT promotion_state::text FROM dbo.dim_entity, who WHERE entity_id = initial), 'merged', 'the duplicate stays merged');
SELECT tap.route_entities(chunk, tap.entity(chunk, 'Voss', 'cat')) FROM later;
SELECT isnt((SELECT entity_id FROM dbo.entity_mention m, later WHERE m.chunk_id = chunk AND m.type_key = 'cat'), (SELECT master FROM who), 'a merged name of another type is another entity');
SELECT lives_ok('SELECT dbo.usp_unmerge_entities(id) FROM merge WHERE step = 4', 'a merge can be taken back after more was read');
SELECT is((SELECT from_entity_id FROM dbo.bridge_entity_relation WHERE relation_type = 'met'), (SELECT initial FROM who), 'what was said under a duplicate''s name is the duplicate''s');
SELECT is(tap.picture(1) ->> 'stray_evidence', '0', 'no evidence hangs in the air');
SELECT is_empty($$SELECT v.evidence_id FROM dbo.evidence v JOIN dbo.bridge_entity_relation r ON r.relation_id = v.target_id JOIN dbo.entity_mention f ON f.mention_id = v.mention_id
    JOIN dbo.entity_mention t ON t.mention_id = v.other_mention_id WHERE v.target_table = 'dbo.bridge_entity_relation' AND (f.entity_id, t.entity_id) <> (r.from_entity_id, r.to_entity_id)$$, 'and relations are where their mentions are');
SELECT is_empty($$SELECT e.entity_name, e.entity_type FROM dbo.dim_entity e WHERE e.support <> (SELECT count(DISTINCT v.source_page_id) FROM dbo.evidence v WHERE v.target_table = 'dbo.dim_entity' AND v.target_id = e.entity_id)$$, 'and support is what the evidence says');
SELECT * FROM finish();
ROLLBACK;
