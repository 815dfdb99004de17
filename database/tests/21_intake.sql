BEGIN;
SELECT plan(19);
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
SELECT * FROM finish();
ROLLBACK;
