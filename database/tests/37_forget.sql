-- Forgetting pages: what only they supported goes, what others support is what it was without them.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT plan(56);

-- Every row of knowledge and of pages, apart from when it was last touched, from records that stay, and from the counts of names.
CREATE FUNCTION pg_temp.dump(p_tenant integer) RETURNS TABLE (table_name text, row_text text) LANGUAGE plpgsql AS $$
DECLARE v_table regclass;
BEGIN
    FOR v_table IN SELECT t.oid::regclass FROM pg_class t WHERE t.relnamespace IN ('dbo'::regnamespace, 'sem'::regnamespace, 'vector'::regnamespace, 'ingest'::regnamespace)
                      AND t.relkind = 'r' AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'tenant_id')
                      AND t.relname NOT IN ('source_forgetting', 'entity_merge', 'entity_merge_row') AND t.relname NOT LIKE 'review\_%' ORDER BY 1 LOOP
        RETURN QUERY EXECUTE format('SELECT %L::text, (to_jsonb(t) - ''{updated_at,attempted_at}''::text[])::text FROM %s t WHERE tenant_id = $1', v_table, v_table) USING p_tenant;
    END LOOP;
END $$;
CREATE FUNCTION pg_temp.forget(p_tenant integer, p_locator text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_agg(dbo.usp_forget_page(p_tenant, f.source_page_id, 'for the test', 'ada') ORDER BY f.source_page_id DESC) FROM ingest.fn_find_pages(p_tenant, p_locator) f
$$;
CREATE TEMP TABLE before (table_name text, row_text text);
CREATE FUNCTION pg_temp.differs() RETURNS SETOF text LANGUAGE sql AS $$
    (SELECT 'came ' || d FROM (SELECT * FROM pg_temp.dump(1) EXCEPT ALL SELECT * FROM before) d)
    UNION ALL (SELECT 'went ' || d FROM (SELECT * FROM before EXCEPT ALL SELECT * FROM pg_temp.dump(1)) d)
$$;
CREATE FUNCTION pg_temp.route(p_chunk bigint, p_family text, p_item jsonb) RETURNS bigint LANGUAGE sql AS $$
    SELECT (r.routed[1]).target_id FROM vector.chunk c, dbo.usp_route_dimensions(1, NULL, c.source_page_id, p_chunk, p_family,
        jsonb_build_array(tap.grounded(p_chunk, split_part(c.content, ' ', 1), p_item))) r WHERE c.chunk_id = p_chunk
$$;
CREATE FUNCTION pg_temp.read_a() RETURNS void LANGUAGE plpgsql AS $$
DECLARE c bigint[] := tap.chunks(1, 'log', 'Mirelle Voss, the Gull, sails the Heron out of Tarn.', 'Voss sails the Heron. Brill is a cook.');
BEGIN
    PERFORM tap.route_entities(c[1], tap.entity(c[1], 'Mirelle Voss', 'person', '{"aliases": ["the Gull"], "attributes": {"born": 1701}, "confidence": 0.8}'),
        tap.entity(c[1], 'Heron', 'ship', '{"confidence": 0.75}'), tap.entity(c[1], 'Tarn', 'unknown'));
    PERFORM tap.route_relations(c[1], tap.relation(c[1], 'Mirelle Voss', 'sails', 'Heron', '{"confidence": 0.75, "start_text": "b", "start_work": "The Log"}'));
    PERFORM tap.route_entities(c[2], tap.entity(c[2], 'Voss', 'unknown'), tap.entity(c[2], 'Heron', 'unknown'), tap.entity(c[2], 'Brill', 'cook'));
    PERFORM tap.route_relations(c[2], tap.relation(c[2], 'Voss', 'sails', 'Heron'));
    PERFORM pg_temp.route(c[1], 'event', '{"name": "Race of Tarn", "start_date": "1720-01-01", "end_date": "1720-12-31", "start_text": "in 1720", "start_precision": "year"}'),
        pg_temp.route(c[2], 'work', '{"name": "the log", "type": "diary", "canon_status": "n", "attributes": {"pages": 12}}'), pg_temp.route(c[2], 'concept', '{"name": "cooking", "confidence": 0.75}');
END $$;
CREATE FUNCTION pg_temp.read_b() RETURNS void LANGUAGE plpgsql AS $$
DECLARE c bigint[] := tap.chunks(1, 'letter', 'mirelle voss of TARN, a port, sails the Heron, a bird, and the Heron.', 'Voss, captain, cooks. The Gull is a bird, not Brill; Ilsabet met Voss.');
BEGIN
    PERFORM tap.route_entities(c[1], tap.entity(c[1], 'MIRELLE Voss', 'person', '{"attributes": {"born": 1702, "rank": "captain"}, "confidence": 0.99}'),
        tap.entity(c[1], 'Heron', 'bird'), tap.entity(c[1], 'Heron', 'ship'), tap.entity(c[1], 'TARN', 'port'));
    PERFORM tap.route_relations(c[1], tap.relation(c[1], 'MIRELLE Voss', 'sails', 'Heron', '{"object_type": "ship", "start_text": "a", "confidence": 0.99, "start_work": "The Log", "attributes": {"as": "captain"}}'),
        tap.relation(c[1], 'MIRELLE Voss', 'of', 'TARN', '{"end_work": "The Letter"}'));
    PERFORM tap.route_entities(c[2], tap.entity(c[2], 'Voss', 'captain'), tap.entity(c[2], 'the Gull', 'bird', '{"aliases": ["Brill"]}'), tap.entity(c[2], 'Ilsabet', 'person'));
    PERFORM tap.route_relations(c[2], tap.relation(c[2], 'Ilsabet', 'met', 'Voss'));
    PERFORM pg_temp.route(c[1], 'event', '{"name": "RACE of Tarn", "type": "race", "location": "Tarn", "start_date": "1720-05-01", "end_date": "1720-05-31", "start_text": "in May 1720", "start_precision": "month"}'),
        pg_temp.route(c[1], 'work', '{"name": "The Log", "type": "diary", "canon_status": "c", "start_date": "1721-01-01", "attributes": {"pages": 13}}'),
        pg_temp.route(c[2], 'concept', '{"name": "Cooking", "type": "craft"}'), pg_temp.route(c[2], 'location', '{"name": "Tarn"}');
END $$;
CREATE FUNCTION pg_temp.id(p_name text, p_type text DEFAULT NULL) RETURNS bigint LANGUAGE sql AS $$
    SELECT min(entity_id) FROM dbo.dim_entity WHERE tenant_id = 1 AND name_key = dbo.fn_name_key(p_name) AND (p_type IS NULL OR type_key = p_type)
$$;

SELECT pg_temp.read_a();
INSERT INTO before SELECT * FROM pg_temp.dump(1);
CREATE TEMP TABLE picture AS SELECT tap.picture(1) AS a, NULL::jsonb AS ab;
SELECT pg_temp.read_b();
UPDATE picture SET ab = tap.picture(1);
SELECT isnt((SELECT ab FROM picture), (SELECT a FROM picture), 'the second page says more');
SELECT isnt_empty('SELECT pg_temp.differs()', 'which the dump sees');

-- What would go, and what goes.
CREATE TEMP TABLE extent AS SELECT dbo.fn_forget_extent(1, 'letter') AS e;
SELECT is((SELECT e - 'supported_by_others'::text - '{versions,bytes,forgotten_at,rows}'::text[] FROM extent), '{"pages": 1, "chunks": 2, "mentions": 8, "evidence": 16, "entities": 3, "relations": 2, "jobs": 5}'::jsonb, 'the extent is told before');
CREATE TEMP TABLE gone AS SELECT pg_temp.forget(1, 'letter') -> 0 AS g;
SELECT is((SELECT tap.picture(1)), (SELECT a FROM picture), 'after forgetting it the picture is that of the first page alone');
SELECT is_empty('SELECT d FROM pg_temp.differs() d WHERE d NOT LIKE ''%(dbo.entity_dedupe_candidate,%''', 'and so is every row of every table, ids and all');
SELECT is((SELECT g - '{forgetting_id,source_page_id,artifacts,entities,names,rows}'::text[] FROM gone), '{"locator": "letter", "version": 1, "chunks": 2, "mentions": 8, "evidence": 16, "relations": 2, "retired": 0, "jobs": 5, "answers": 0, "asked_anew": 0}'::jsonb, 'it says what went');
SELECT row_eq($$SELECT locator, version, reason, actor, counts ->> 'relations' FROM dbo.source_forgetting WHERE tenant_id = 1$$, ROW('letter'::text, 1, 'for the test'::text, 'ada'::text, '2'::text), 'and it is on record who took it out, and why');
SELECT is((SELECT dbo.usp_forget_page(1, (g ->> 'source_page_id')::bigint, NULL, NULL) FROM gone), NULL, 'again, it finds nothing');
SELECT is_empty('SELECT d FROM pg_temp.differs() d WHERE d NOT LIKE ''%(dbo.entity_dedupe_candidate,%''', 'and changes nothing');
SELECT is_empty($$SELECT FROM llm.job_dedupe_key k WHERE NOT EXISTS (SELECT FROM llm.job j WHERE j.job_id = k.job_id) AND NOT EXISTS (SELECT FROM llm.job_history j WHERE j.job_id = k.job_id) AND k.tenant_id = 1$$, 'no key of its work is left');

-- Taken in again.
SELECT pg_temp.read_b();
SELECT is(tap.picture(1), (SELECT ab FROM picture), 'read again it says what it said before');
SELECT is((SELECT max(version) FROM sem.source_page WHERE locator = 'letter'), 1, 'as its first version');
SELECT pg_temp.forget(1, 'letter');
SELECT is((SELECT tap.picture(1)), (SELECT a FROM picture), 'and can be forgotten again');

-- In the other order: the page that came first goes.
SELECT pg_temp.forget(1, 'log');
SELECT is((SELECT count(*) FROM dbo.dim_entity WHERE tenant_id = 1), 0::bigint, 'with the last page nothing is left');
SELECT is_empty($$SELECT table_name, row_text FROM pg_temp.dump(1) WHERE table_name NOT LIKE 'dbo.governance%'$$, 'in no table');
SELECT pg_temp.read_b();
UPDATE picture SET ab = tap.picture(1);
SELECT pg_temp.read_a();
SELECT pg_temp.forget(1, 'log');
SELECT is(tap.picture(1), (SELECT ab FROM picture), 'it does not matter which of two pages came first');
SELECT pg_temp.forget(1, '*');
SELECT is((SELECT count(*) FROM sem.source_page WHERE tenant_id = 1), 0::bigint, 'a pattern takes all that it matches');

-- Merges.
SELECT pg_temp.read_a();
CREATE TEMP TABLE merge AS SELECT dbo.usp_merge_entities(1, pg_temp.id('Mirelle Voss'), ARRAY[pg_temp.id('Voss')], 'one captain', 'ada') AS id;
UPDATE picture SET a = tap.picture(1);
SELECT pg_temp.read_b();
SELECT dbo.usp_merge_entities(1, pg_temp.id('Mirelle Voss'), ARRAY[pg_temp.id('Ilsabet')], 'and another', 'ada');
SELECT pg_temp.forget(1, 'letter');
SELECT is(tap.picture(1), (SELECT a FROM picture), 'what a page brought goes from merged rows too, and a duplicate that only it mentioned');
SELECT is((SELECT count(*) FROM dbo.dim_entity WHERE tenant_id = 1 AND name_key = 'ilsabet'), 0::bigint, 'as a row');
SELECT lives_ok('SELECT dbo.usp_unmerge_entities(max(merge_id)) FROM dbo.entity_merge WHERE tenant_id = 1', 'the merge with it can still be taken back');
SELECT lives_ok('SELECT dbo.usp_unmerge_entities(id) FROM merge', 'and so can the earlier one');
SELECT is(tap.picture(1) - 'extractions', (SELECT a FROM (SELECT pg_temp.forget(1, '*'), pg_temp.read_a()) r, LATERAL (SELECT tap.picture(1) - 'extractions' AS a) p), 'which gives what was there without any of it');
SELECT pg_temp.read_b();
CREATE TEMP TABLE later AS SELECT dbo.usp_merge_entities(1, pg_temp.id('Ilsabet'), ARRAY[pg_temp.id('Mirelle Voss')], NULL, 'ada') AS id;
SELECT pg_temp.forget(1, 'letter');
SELECT is((SELECT merged_into_id FROM dbo.dim_entity WHERE entity_id = pg_temp.id('Mirelle Voss')), pg_temp.id('Ilsabet'), 'a master that is no longer mentioned stands for its duplicates as before');
SELECT is((SELECT attributes FROM dbo.dim_entity WHERE entity_id = pg_temp.id('Ilsabet')), '{"born": 1701}', 'with what is left of them');
SELECT lives_ok('SELECT dbo.usp_unmerge_entities(id) FROM later', 'taken back');
SELECT is(pg_temp.id('Ilsabet'), NULL, 'it goes');
SELECT row_eq('SELECT attributes, confidence::float8, promotion_state::text FROM dbo.dim_entity WHERE entity_id = pg_temp.id(''Mirelle Voss'')', ROW('{"born": 1701}'::jsonb, 0.8::float8, 'candidate'::text), 'and its duplicate is what its page says');
SELECT is(tap.picture(1) ->> 'stray_evidence', '0', 'no evidence hangs in the air');

-- What a person decided on.
SELECT pg_temp.forget(1, '*');
SELECT pg_temp.read_a();
UPDATE picture SET a = tap.picture(1);
SELECT pg_temp.read_b();
UPDATE dbo.dim_entity SET promotion_state = 'adjudicated' WHERE entity_id = pg_temp.id('Ilsabet');
UPDATE dbo.dim_entity SET promotion_state = 'retired' WHERE entity_id = pg_temp.id('TARN');
UPDATE dbo.bridge_entity_relation SET promotion_state = 'adjudicated' WHERE relation_type = 'met';
SELECT pg_temp.forget(1, 'letter');
SELECT results_eq($$SELECT entity_name, promotion_state::text, support FROM dbo.dim_entity WHERE entity_id IN (pg_temp.id('Ilsabet'), pg_temp.id('Tarn')) ORDER BY 1$$,
    $$VALUES ('Ilsabet', 'retired', 0), ('Tarn', 'retired', 1)$$, 'what a person had decided on retires, with no source; a decision stays');
SELECT is((SELECT promotion_state::text FROM dbo.bridge_entity_relation WHERE relation_type = 'met'), 'retired', 'relations too');
SELECT pg_temp.read_b();
SELECT results_eq($$SELECT entity_name, promotion_state::text FROM dbo.dim_entity WHERE entity_id IN (pg_temp.id('Ilsabet'), pg_temp.id('TARN')) ORDER BY 1$$,
    $$VALUES ('Ilsabet', 'adjudicated'), ('Tarn', 'retired')$$, 'and is again what it was when the source comes back');
SELECT is((SELECT promotion_state::text FROM dbo.bridge_entity_relation WHERE relation_type = 'met'), 'adjudicated', 'with its relations');
SELECT is_empty('SELECT FROM dbo.retired_row WHERE tenant_id = 1', 'nothing waits any more');
SELECT pg_temp.forget(1, '*');
DELETE FROM dbo.bridge_entity_relation WHERE tenant_id = 1; DELETE FROM dbo.dim_entity WHERE tenant_id = 1;

-- Versions.
CREATE TEMP TABLE version AS SELECT c.page FROM (SELECT source_page_id AS page FROM sem.source_page WHERE false) c;
DO $$
DECLARE c bigint[];
BEGIN
    c := tap.chunks(1, 'wiki', 'Brill is a cook.', 'Tarn is a port.');
    PERFORM tap.route_entities(c[1], tap.entity(c[1], 'Brill', 'cook')), tap.route_entities(c[2], tap.entity(c[2], 'Tarn', 'port'));
    c := tap.chunks(1, 'wiki', 'Brill is a captain.', 'Tarn is a port.');
    PERFORM tap.route_entities(c[1], tap.entity(c[1], 'Brill', 'captain'));
END $$;
INSERT INTO version SELECT source_page_id FROM sem.source_page WHERE locator = 'wiki' ORDER BY version;
DO $$
DECLARE v record;
BEGIN -- the keys as the program would have made them
    FOR v IN SELECT c.source_page_id, c.chunk_id, llm.fn_dedupe_key('entity_extraction', '1.0.0', 'wiki', c.content_sha256, c.occurrence) AS key
               FROM vector.chunk c JOIN version ON page = source_page_id ORDER BY c.chunk_id LOOP
        PERFORM llm.usp_enqueue_job(1, 'entity_extraction', NULL, v.source_page_id, v.chunk_id, NULL, v.key, NULL, NULL);
    END LOOP;
END $$;
SELECT is((SELECT count(*) FROM llm.job WHERE job_type = 'entity_extraction' AND dedupe_key IS NOT NULL AND source_page_id IN (SELECT page FROM version)), 3::bigint, 'what did not change is asked once for both versions');
SELECT is((dbo.fn_forget_extent(1, (SELECT max(page)::text FROM version)) ->> 'pages')::integer, 1, 'a page id means one version');
SELECT is((SELECT dbo.usp_forget_page(1, min(page), NULL, NULL) ->> 'asked_anew' FROM version), '3', 'forgetting the earlier one asks the later one what it had taken over');
SELECT is((SELECT count(*) FROM llm.job WHERE job_type = 'entity_extraction' AND dedupe_key IS NOT NULL AND source_page_id = (SELECT max(page) FROM version)), 2::bigint, 'so that both its chunks are asked about');
SELECT tap.page(1, 'wiki', 'Brill is an admiral.');
SELECT is((SELECT last_version FROM ingest.source WHERE tenant_id = 1 AND locator = 'wiki'), 3, 'a third version');
SELECT pg_temp.forget(1, (SELECT max(source_page_id)::text FROM sem.source_page WHERE locator = 'wiki'));
SELECT is((SELECT last_version FROM ingest.source WHERE tenant_id = 1 AND locator = 'wiki'), 2, 'forgotten, the second is the newest again');
SELECT is((SELECT f.source_page_id FROM ingest.fn_last_fetch(1, 'wiki') f), (SELECT max(page) FROM version), 'and what a fetch is compared with');
SELECT pg_temp.forget(1, 'wiki');
SELECT is((SELECT count(*) FROM ingest.source WHERE tenant_id = 1), 0::bigint, 'a locator means all versions');

-- What was asked about it.
DO $$
DECLARE c bigint[] := tap.chunks(1, 'asked', 'Brill is a cook.'); j record;
BEGIN
    PERFORM llm.usp_enqueue_job(1, 'entity_extraction', NULL, k.source_page_id, k.chunk_id, NULL, 'asked', NULL, NULL) FROM vector.chunk k WHERE k.chunk_id = c[1];
    SELECT * INTO j FROM llm.usp_claim_jobs('w', '{entity_extraction}', 1, (SELECT array_agg(source_page_id) FROM sem.source_page WHERE locator = 'asked'), 1);
    PERFORM llm.usp_start_run('00000000-0000-0000-0000-00000000abcd', j.job_id, 'm', 'w', '/lake/llm_runs/2024/01/02/abcd'),
        llm.usp_keep_answer(repeat('ab', 32), 'm', 'Brill is a cook', 1, 1), llm.usp_keep_answer(repeat('cd', 32), 'm', 'of another', 1, 1),
        llm.usp_finish_run('00000000-0000-0000-0000-00000000abcd', jsonb_build_object('outcome', 'succeeded', 'prompt_tokens', 5, 'answer_key', repeat('ab', 32), 'error', 'Brill',
            'refusals', '[{"items": "entities", "reason": "r", "item": {"name": "Brill"}}]'::jsonb));
    CREATE TEMP TABLE claimed AS SELECT j.job_id, j.lease_token;
END $$;
SELECT is((pg_temp.forget(1, 'asked') -> 0) @> '{"answers": 1, "artifacts": ["/lake/llm_runs/2024/01/02/abcd"]}', true, 'kept answers about it go, and its artifacts are named');
SELECT is((SELECT count(*) FROM llm.answer_cache WHERE answer_key IN (decode(repeat('ab', 32), 'hex'), decode(repeat('cd', 32), 'hex'))), 1::bigint, 'not those of others');
SELECT row_eq($$SELECT prompt_tokens, artifact, error, (SELECT count(*) FROM llm.run_refusal f WHERE f.run_id = r.run_id) FROM llm.run r WHERE run_id = '00000000-0000-0000-0000-00000000abcd'$$, ROW(5::bigint, NULL::text, NULL::jsonb, 0::bigint), 'the run stays for the account, without what was said');
SELECT throws_ok('SELECT llm.usp_complete_job(job_id, lease_token, NULL, NULL) FROM claimed', 'AL001', NULL, 'and a runner that was at it has lost its lease');

-- What was asked about pairs of which one goes.
SELECT tap.job_type('entity_dedupe', 'page');
CREATE TEMP TABLE alike AS SELECT tap.chunks(1, 'alike', 'Zora Vell and Zorra Vell; Yann Osk and Yan Osk.') AS a, tap.chunks(1, 'alike too', 'Zora Vell.') AS b;
SELECT tap.route_entities(a[1], VARIADIC ARRAY(SELECT tap.entity(a[1], n, 'person') FROM unnest('{Zora Vell,Zorra Vell,Yann Osk,Yan Osk}'::text[]) n)), tap.route_entities(b[1], tap.entity(b[1], 'Zora Vell', 'person')) FROM alike;
SELECT is((SELECT enqueued FROM dbo.usp_note_similar_entities(1, (SELECT jsonb_agg(jsonb_build_object('first_entity_id', least(x.entity_id, y.entity_id), 'second_entity_id', greatest(x.entity_id, y.entity_id),
        'similarity', 0.9, 'explanation', jsonb_build_array(jsonb_build_object('evidence', x.entity_name || ' is like ' || y.entity_name, 'bits', 3))))
    FROM dbo.dim_entity x JOIN dbo.dim_entity y ON (x.entity_name, y.entity_name) IN (('Zora Vell', 'Zorra Vell'), ('Yann Osk', 'Yan Osk')) WHERE x.tenant_id = 1 AND y.tenant_id = 1))), 2, 'pairs are asked about');
CREATE TEMP TABLE pair_job AS SELECT * FROM llm.usp_claim_jobs('w', '{entity_dedupe}', 2, NULL, 1) WHERE payload::text LIKE '%Yann%';
SELECT llm.usp_start_run('00000000-0000-0000-0000-00000000dead', job_id, 'm', 'w', '/lake/llm_runs/2024/01/02/dead'), llm.usp_keep_answer(repeat('ef', 32), 'm', 'Yann is not Yan', 1, 1),
       llm.usp_finish_run('00000000-0000-0000-0000-00000000dead', jsonb_build_object('outcome', 'succeeded', 'prompt_tokens', 7, 'answer_key', repeat('ef', 32),
           'refusals', '[{"items": "pairs", "reason": "r", "item": {"name": "Yann"}}]'::jsonb)) FROM pair_job;
SELECT llm.usp_complete_job(job_id, lease_token, '00000000-0000-0000-0000-00000000dead', '{"decision": "distinct", "reason": "Yann is not Yan"}') FROM pair_job;
SELECT is((pg_temp.forget(1, 'alike') -> 0) @> '{"answers": 1, "artifacts": ["/lake/llm_runs/2024/01/02/dead"]}', true, 'artifacts of what was answered about a pair are named, and its kept answer goes');
SELECT row_eq($$SELECT prompt_tokens, artifact, answer_key, (SELECT count(*) FROM llm.run_refusal f WHERE f.run_id = r.run_id), (SELECT count(*) FROM llm.answer_cache WHERE answer_key = decode(repeat('ef', 32), 'hex'))
    FROM llm.run r WHERE run_id = '00000000-0000-0000-0000-00000000dead'$$, ROW(7::bigint, NULL::text, NULL::bytea, 0::bigint, 0::bigint), 'its run stays for the account, without what was said');
SELECT is((SELECT count(*) FROM llm.job j WHERE j.payload::text LIKE '%Vell%'), 0::bigint, 'what was asked of one that is gone is not asked any more');
SELECT is((SELECT count(*) FROM llm.job_history h WHERE concat(h.payload, h.result) ~ 'Osk|Yann'), 0::bigint, 'what was answered keeps no name');
SELECT is((SELECT count(*) FROM llm.job_history h WHERE h.job_type = 'entity_dedupe' AND h.tenant_id = 1 AND h.payload ? 'first_entity_id' AND h.result ->> 'decision' = 'distinct'), 1::bigint,
    'but which pair it was, and what was said');
SELECT pg_temp.forget(1, 'alike too');

-- What is refused, and what means nothing.
SELECT throws_ok('SELECT * FROM ingest.fn_find_pages(1, '''')', 'AL005', NULL, 'no source at all');
SELECT throws_ok('SELECT dbo.usp_forget_page(999999, 1, NULL, NULL)', 'AL004', NULL, 'an unknown tenant');
SELECT is_empty('SELECT * FROM ingest.fn_find_pages(1, ''99999999999999999999'')', 'a number too large for an id');
SELECT is_empty('SELECT * FROM ingest.fn_find_pages(1, ''no such%'')', 'a source that was never taken in');
SELECT is((SELECT count(*) FROM dbo.name n WHERE n.tenant_id = 1 AND EXISTS (SELECT FROM unnest(ARRAY['mirelle voss', 'the gull', 'the letter']) k WHERE k = n.name_key)), 0::bigint, 'names that nobody bears go too');
SELECT * FROM finish();
ROLLBACK;
