-- Routing and merging read tables by their indexes, however long the tables are.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT plan(8);
SELECT count(dbo.usp_note_dedupe_candidates(1, ARRAY[n])) FROM generate_series(-10, -1) n; -- planned while there is next to nothing
INSERT INTO dbo.name (tenant_id, name_key) SELECT 1, 'thing ' || n FROM generate_series(1, 20000) n;
INSERT INTO dbo.dim_event (tenant_id, name_id, event_name, name_key, event_type) SELECT 1, name_id, name_key, name_key, 'battle' FROM dbo.name WHERE name_key LIKE 'thing %';
INSERT INTO dbo.dim_entity (tenant_id, name_id, entity_name, name_key, entity_type, type_key) SELECT 1, name_id, name_key, name_key, 'person', 'person' FROM dbo.name WHERE name_key LIKE 'thing %';
INSERT INTO dbo.fact_assertion (tenant_id, subject_table, subject_id, predicate, value) SELECT 1, 'dbo.dim_entity', entity_id, 'born', '1701' FROM dbo.dim_entity;
CREATE TEMP TABLE looked AS SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'dbo.dim_entity'::regclass;
SELECT dbo.usp_note_dedupe_candidates(1, ARRAY(SELECT name_id FROM dbo.name WHERE name_key LIKE 'thing %' LIMIT 100));
SELECT cmp_ok((SELECT t.idx_tup_fetch - l.idx_tup_fetch FROM pg_stat_xact_user_tables t, looked l WHERE t.relid = 'dbo.dim_entity'::regclass), '<=', 300::bigint,
    'pairs of namesakes, by a plan of when there were none');
ANALYZE dbo.name, dbo.dim_event, dbo.dim_entity;
INSERT INTO dbo.bridge_entity_event (tenant_id, entity_id, event_id, participation_role) SELECT 1, e.entity_id, v.event_id, 'fought' FROM dbo.dim_entity e JOIN dbo.dim_event v USING (tenant_id, name_id);
CREATE TEMP TABLE made AS SELECT (tap.chunks(1, 'scans', 'Of many things.'))[1] AS chunk;
CREATE TEMP TABLE c AS SELECT source_page_id AS page, chunk_id AS chunk FROM made JOIN vector.chunk ON chunk_id = chunk;
INSERT INTO dbo.evidence (tenant_id, target_table, target_id, source_page_id, chunk_id, char_start, char_end, grounding, confidence, earned_state)
    SELECT 1, 'dbo.dim_event', event_id, page, chunk, 0, 1, 'exact', 1, 'promoted' FROM dbo.dim_event, c;
CREATE TEMP TABLE pair AS SELECT min(entity_id) AS one, max(entity_id) AS two FROM dbo.dim_entity;
ANALYZE dbo.name, dbo.dim_event, dbo.dim_entity, dbo.fact_assertion, dbo.bridge_entity_event, dbo.evidence;
SET LOCAL random_page_cost = 1.1; -- so that 20,000 rows are many already
CREATE TEMP TABLE seen AS SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE relname IN ('name', 'dim_event', 'dim_entity', 'fact_assertion', 'bridge_entity_event', 'evidence');
CREATE FUNCTION pg_temp.scanned() RETURNS TABLE (relname name) LANGUAGE sql AS $$
    SELECT t.relname FROM pg_stat_xact_user_tables t JOIN seen s ON s.relname = t.relname WHERE t.seq_scan > s.seq_scan $$;
CREATE FUNCTION pg_temp.items(p_item jsonb) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_agg(p_item || jsonb_build_object('subject', 'Thing ' || n * 700, 'object', 'Thing ' || n * 700, 'name', 'Thing ' || n * 700, 'confidence', 1, 'grounding', 'exact')) FROM generate_series(1, 20) n $$;
SELECT count(*) FROM c, dbo.usp_batch_insert_dimensions(1, NULL, page, chunk, 'event', pg_temp.items('{"type": "battle", "start_date": "1996-01-01"}'));
SELECT is_empty('SELECT * FROM pg_temp.scanned()', 'events');
SELECT count(*) FROM c, dbo.usp_batch_insert_entity_events(1, NULL, page, chunk, pg_temp.items('{"predicate": "fought", "subject_type": "person", "object_type": "battle"}'));
SELECT is_empty('SELECT * FROM pg_temp.scanned()', 'bridges');
SELECT count(*) FROM c, dbo.usp_batch_insert_facts(1, NULL, page, chunk, pg_temp.items('{"kind": "assertion", "predicate": "born", "value": "1701", "subject_type": "person"}'));
SELECT is_empty('SELECT * FROM pg_temp.scanned()', 'facts');
SELECT dbo.usp_merge_entities(1, one, ARRAY[two], 'alike', 'ada') FROM pair;
SELECT is_empty('SELECT * FROM pg_temp.scanned()', 'merges');
-- What brings the review queue up to date asks for the contradictions of all items of one type at once, not again for each that waits.
SET LOCAL track_functions = 'pl';
WITH r AS (INSERT INTO dbo.bridge_entity_relation (tenant_id, from_entity_id, to_entity_id, relation_type, confidence, promotion_state)
           SELECT 1, entity_id, entity_id, 'leads', 0.8, 'candidate' FROM dbo.dim_entity LIMIT 500 RETURNING relation_id)
INSERT INTO dbo.evidence (tenant_id, target_table, target_id, source_page_id, chunk_id, char_start, char_end, grounding, confidence, earned_state)
    SELECT 1, 'dbo.bridge_entity_relation', relation_id, page, chunk, 0, 1, 'exact', 0.8, 'candidate' FROM r, c;
SELECT dbo.usp_refresh_review(1, 10000);
SELECT cmp_ok((SELECT calls FROM pg_stat_xact_user_functions WHERE schemaname = 'dbo' AND funcname = 'fn_conflicts'), '<=', (SELECT 2 * count(*) FROM dbo.fn_item_kinds()), 'the review queue');
-- Where one page has all mentions, whether another has some is still looked up by that page.
INSERT INTO dbo.entity_mention (tenant_id, source_page_id, chunk_id, name_id, type_key, entity_id, said_name, said_type, confidence, grounding, earned_state)
    SELECT 1, page, chunk, name_id, 'person', entity_id, 'x', 'person', 1, 'exact', 'promoted' FROM dbo.dim_entity, c WHERE merged_into_id IS NULL ON CONFLICT DO NOTHING;
ANALYZE dbo.entity_mention;
CREATE TEMP TABLE second AS SELECT (tap.chunks(1, 'scans on', 'Of more things.'))[1] AS chunk;
CREATE TEMP TABLE before AS SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'dbo.entity_mention'::regclass;
SET LOCAL random_page_cost = 4;
DISCARD PLANS;
SELECT count(*) FROM second s JOIN vector.chunk k ON k.chunk_id = s.chunk, dbo.usp_batch_insert_entities(1, NULL, k.source_page_id, k.chunk_id, pg_temp.items('{"type": "person"}'));
SELECT cmp_ok((SELECT t.idx_tup_fetch - b.idx_tup_fetch FROM pg_stat_xact_user_tables t, before b WHERE t.relid = 'dbo.entity_mention'::regclass), '<', 2000::bigint, 'entities of a new page');
SET LOCAL random_page_cost = 1.1;
-- Statistics of before a tenant had any rows: what contradicts an item is still looked up by its subject.
CREATE TEMP TABLE other AS SELECT llm.usp_ensure_tenant('other') AS tenant_id;
INSERT INTO dbo.fact_state (tenant_id, subject_table, subject_id, predicate, value) SELECT o.tenant_id, 'dbo.dim_entity', n, 'rank', 'captain' FROM generate_series(1, 2000) n, other o;
ANALYZE dbo.fact_state;
INSERT INTO dbo.fact_state (tenant_id, subject_table, subject_id, predicate, value) SELECT 1, 'dbo.dim_entity', n, 'rank', 'captain' FROM generate_series(1, 5000) n;
CREATE TEMP TABLE fetched AS SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'dbo.fact_state'::regclass;
SELECT count(*) FROM dbo.fn_conflicts(1, 'state', ARRAY(SELECT state_id FROM dbo.fact_state WHERE tenant_id = 1 AND subject_id <= 20));
SELECT cmp_ok((SELECT t.idx_tup_fetch - f.idx_tup_fetch FROM pg_stat_xact_user_tables t, fetched f WHERE t.relid = 'dbo.fact_state'::regclass), '<', 10000::bigint,
    'contradictions, by statistics that know nothing of the tenant');
SELECT * FROM finish();
ROLLBACK;
