BEGIN;
SELECT plan(39);
CREATE FUNCTION pg_temp.take(p_locator text, p_text text, p_headers jsonb DEFAULT '{}') RETURNS bigint LANGUAGE sql AS $$
    SELECT source_page_id FROM ingest.usp_ingest_page(1, p_locator, 'text/html', 'UTF-8', 't', p_text,
        convert_to(p_text, 'UTF8'), encode(sha256(convert_to(p_text, 'UTF8')), 'hex'), p_headers) $$;

SELECT is(ingest.usp_refuse_source(1, 'x:a', 'it is empty'), 1, 'a source that cannot be read is kept with its reason');
SELECT is(ingest.usp_refuse_source(1, 'x:a', 'it is binary'), 2, 'refused again it is one attempt more');
SELECT results_eq($$SELECT state, attempts, reason FROM ingest.work_item WHERE locator = 'x:a'$$,
    $$VALUES ('refused', 2, 'it is binary')$$, 'with the newest reason');
SELECT pg_temp.take('x:a', 'One.');
SELECT results_eq($$SELECT state, attempts, reason FROM ingest.work_item WHERE locator = 'x:a'$$,
    $$VALUES ('taken_in', 3, NULL::text)$$, 'taken in later, the same work item says so');
SELECT is((SELECT version FROM sem.source_page WHERE locator = 'x:a'), 1, 'and its page is the first version');
SELECT is(ingest.usp_refuse_source(1, 'x:a', 'gone'), 1, 'a source that was taken in once can be refused');
SELECT pg_temp.take('x:a', 'One.');
SELECT is((SELECT count(*)::int FROM ingest.work_item WHERE locator = 'x:a'), 1, 'until the bytes that are known come back');
SELECT throws_ok($$SELECT ingest.usp_refuse_source(1, 'x:b', '')$$, 'AL005', NULL, 'a refusal has a reason');
SELECT throws_ok($$SELECT ingest.usp_refuse_source(1, '', 'why')$$, 'AL005', NULL, 'and a locator');
SELECT throws_ok($$SELECT ingest.usp_refuse_source(-7, 'x:b', 'why')$$, 'AL004', NULL, 'and a tenant');

SELECT is_empty($$SELECT * FROM ingest.fn_last_fetch(1, 'x:u')$$, 'nothing is known of an address that was never read');
SELECT pg_temp.take('x:u', 'One.', '{"etag": "\"1\""}'), pg_temp.take('x:u', 'Two.', '{"etag": "\"2\""}');
SELECT is((SELECT headers ->> 'etag' FROM ingest.fn_last_fetch(1, 'x:u')), '"2"', 'the newest answer''s headers are those to ask with');
SELECT pg_temp.take('x:u', 'One.', '{"etag": "\"3\""}');
SELECT results_eq($$SELECT version, headers ->> 'etag' FROM ingest.fn_last_fetch(1, 'x:u')$$, $$VALUES (1, '"3"')$$,
    'and when earlier bytes come back, those that came with them');
SELECT is_empty($$SELECT * FROM ingest.fn_last_fetch(-1, 'x:u')$$, 'another tenant has fetched nothing');

SELECT is(ingest.usp_note_redirects(1, '[{"locator": "w/A", "from_title": "A", "to_title": "B"},
    {"locator": "w/C", "from_title": "C", "to_title": "B"}]'), 2, 'redirects are kept');
SELECT is(ingest.usp_note_redirects(1, '[{"locator": "w/A", "from_title": "A", "to_title": "B"},
    {"locator": "w/C", "from_title": "C", "to_title": "D"}]'), 1, 'again they change only where they lead elsewhere');
SELECT results_eq($$SELECT from_title, to_title FROM ingest.redirect WHERE tenant_id = 1 AND locator LIKE 'w/%' ORDER BY 1$$,
    $$VALUES ('A', 'B'), ('C', 'D')$$, 'and lead where they were said to lead last');
SELECT throws_ok($$SELECT ingest.usp_note_redirects(1, '[{"locator": "w/A", "from_title": "A"}]')$$, 'AL005', NULL, 'a redirect leads somewhere');
SELECT throws_ok($$SELECT ingest.usp_note_redirects(1, '{}')$$, 'AL005', NULL, 'redirects are an array');
-- Redirects as other names, whichever comes first.
CREATE TEMP TABLE at AS SELECT c[1] AS chunk FROM tap.chunks(1, 'x:coast', 'The Brass Coast lies asleep.') c;
SELECT ingest.usp_note_redirects(1, '[{"locator": "w/Old_Coast", "from_title": "Old Coast", "to_title": "Brass_Coast#History"},
    {"locator": "w/Older", "from_title": "Older_coast", "to_title": "Old Coast"}, {"locator": "w/L1", "from_title": "Loop A", "to_title": "Loop B"},
    {"locator": "w/L2", "from_title": "Loop B", "to_title": "Loop A"}]');
SELECT is(dbo.fn_show_entity(1, 'Old Coast'), NULL, 'a redirect to what nobody knows yet shows nothing');
SELECT tap.route_entities(chunk, tap.entity(chunk, 'Brass Coast', 'place')) FROM at;
SELECT is(dbo.fn_show_entity(1, 'old coast') #>> '{matches,0,name}', 'Brass Coast', 'known, it is shown under the redirect''s title');
SELECT is(dbo.fn_show_entity(1, 'Older Coast') #>> '{matches,0,name}', 'Brass Coast', 'over another redirect too');
SELECT is(dbo.fn_show_entity(1, 'Brass Coast') #> '{matches,0,aliases}', '["Old Coast"]', 'and has it among its other names');
SELECT is((SELECT matched_by FROM dbo.fn_find_entities(1, 'Old Coast')), 'redirect', 'and is found by it');
SELECT is_empty($$SELECT * FROM dbo.fn_find_entities(1, 'Loop A')$$, 'redirects in a ring lead nowhere');
SELECT ingest.usp_note_redirects(1, '[{"locator": "w/Late", "from_title": "Late Coast", "to_title": "Brass Coast"}]');
SELECT is(dbo.fn_show_entity(1, 'Late Coast') #>> '{matches,0,name}', 'Brass Coast', 'a redirect that comes later does the same');
SELECT is(dbo.fn_show_entity(llm.usp_ensure_tenant('other'), 'Late Coast'), NULL, 'of its own tenant only');

-- Many pages at once.
CREATE FUNCTION pg_temp.take_all(p_locators text[], p_texts text[], p_headers jsonb DEFAULT '{}')
RETURNS TABLE (ordinal integer, page bigint, version integer, is_new boolean, correlation uuid, fault text) LANGUAGE sql AS $$
    SELECT t.* FROM (SELECT array_agg('text/plain'::text) AS types, array_agg('UTF-8'::text) AS charsets, array_agg('t'::text) AS titles,
                array_agg(convert_to(x, 'UTF8')) AS raws, array_agg(encode(sha256(convert_to(x, 'UTF8')), 'hex')) AS sums, array_agg(p_headers) AS headers
           FROM unnest(p_texts) x) a, ingest.usp_ingest_pages(1, p_locators, a.types, a.charsets, a.titles, p_texts, a.raws, a.sums, a.headers) t $$;
SELECT ingest.usp_refuse_source(1, 'y:a', 'it was empty');
CREATE TEMP TABLE taken AS SELECT * FROM pg_temp.take_all('{y:a,y:b,y:a,"",y:a,y:c}', '{One.,Two.,Three.,Four.,One.,""}');
SELECT results_eq('SELECT ordinal, version, is_new FROM taken WHERE fault IS NULL ORDER BY 1',
    $$VALUES (1, 1, true), (2, 1, true), (3, 2, true), (5, 1, false)$$, 'pages of one locator are its versions, and the same bytes one page');
SELECT is((SELECT count(DISTINCT page) FROM taken WHERE ordinal IN (1, 5)), 1::bigint, 'which is given twice');
SELECT results_eq('SELECT ordinal, fault FROM taken WHERE fault IS NOT NULL ORDER BY 1',
    $$VALUES (4, 'a page''s locator must have 1 to 4000 characters'), (6, 'page y:c has no text')$$, 'those at fault say why and stop no other');
SELECT is((SELECT last_version FROM ingest.source WHERE locator = 'y:a'), 2, 'the locator knows its last version');
SELECT results_eq($$SELECT state, attempts FROM ingest.work_item WHERE locator = 'y:a' ORDER BY attempts DESC$$,
    $$VALUES ('taken_in', 2), ('taken_in', 1)$$, 'what was refused before is the first page''s item now');
SELECT is_empty($$SELECT FROM ingest.source WHERE locator = 'y:c'$$, 'and a page at fault leaves nothing');
SELECT bag_eq($$SELECT page, is_new, version FROM pg_temp.take_all('{y:b,y:a}', '{Two.,Three.}', '{"etag": "2"}')$$,
    $$SELECT page, false, version FROM taken WHERE ordinal IN (2, 3)$$, 'all of it again costs nothing');
SELECT is((SELECT headers FROM ingest.fn_last_fetch(1, 'y:a')), '{"etag": "2"}', 'but for what the server said of it');
SELECT is((SELECT text FROM sem.source_page WHERE source_page_id = (SELECT page FROM taken WHERE ordinal = 3)), 'Three.', 'each has its own text');
SELECT is(ingest.usp_begin_reading_pages(ARRAY(SELECT DISTINCT page FROM taken WHERE fault IS NULL)), 6, 'their first jobs are enqueued at once');
SELECT is_empty($$SELECT FROM llm.job j JOIN sem.source_page p USING (source_page_id) WHERE p.locator ~ '^y:' AND j.correlation_id <> p.correlation_id$$,
    'each with its page''s correlation id');
SELECT throws_ok($$SELECT ingest.usp_begin_reading_pages('{-1}')$$, 'AL004', NULL, 'of pages that there are');
SELECT * FROM finish();
ROLLBACK;
