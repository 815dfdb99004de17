BEGIN;
LOCK TABLE llm.job_history IN ACCESS EXCLUSIVE MODE; -- before tests beside this one hold parts of it
SELECT plan(35);
CREATE FUNCTION pg_temp.type(p_version text, p_sha text) RETURNS text LANGUAGE sql AS $$
    SELECT llm.usp_register_job_type(jsonb_build_object('job_type', 'test', 'version', p_version, 'unit', 'page', 'handler', 'dbo.x', 'sha256', p_sha)) $$;
SELECT is(pg_temp.type('1.9.0', 'a'), 'registered', 'a new type is registered');
SELECT is(pg_temp.type('1.9.0', 'a'), 'unchanged', 'the same again changes nothing');
SELECT is(pg_temp.type('1.9.0', 'b'), 'updated', 'a version that nothing ran under may change');
SELECT is(pg_temp.type('1.10.0', 'c'), 'registered', 'a newer version stands beside it');
SELECT pg_temp.type('1.2.0', 'd');
SELECT results_eq($$SELECT contract_version FROM llm.job_type WHERE job_type = 'test' AND is_active$$, $$VALUES ('1.10.0')$$, 'the newest by number is the active one');
SELECT llm.usp_enqueue_job(1, 'test', '1.9.0', NULL, NULL, NULL, NULL, NULL, NULL);
SELECT llm.usp_claim_next_job('w', '{test}');
SELECT throws_ok($$SELECT pg_temp.type('1.9.0', 'e')$$, 'AL006', NULL, 'a version that jobs ran under may not change');
SELECT throws_ok($$SELECT pg_temp.type('one', 'e')$$, 'AL003', NULL, 'a version must be MAJOR.MINOR.PATCH');
SELECT throws_ok($$SELECT llm.usp_register_job_type('{"job_type": "x"}')$$, 'AL003', NULL, 'a type without its keys is refused');
SELECT throws_ok($$SELECT llm.usp_register_job_type('{"job_type": "x", "version": "1.0.0", "unit": "page", "handler": "h", "sha256": "a", "lease_seconds": 0}')$$,
    'AL005', NULL, 'a lease of no time is refused');

CREATE FUNCTION pg_temp.asked(p_on_demand jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT llm.usp_register_job_type(jsonb_build_object('job_type', 'asked', 'version', '1.0.0', 'unit', 'page', 'handler', 'dbo.x', 'sha256', 's',
        'after', 'test', 'on_demand', p_on_demand)) $$;
SELECT is(pg_temp.asked('true'), 'registered', 'a type on demand is registered');
CREATE TEMP TABLE reading AS SELECT tap.page(1, 'on demand', 'One.') AS id;
SELECT is((SELECT llm.usp_enqueue_types_for_page(id, NULL, 'test', NULL) FROM reading), 0, 'and enqueued by nobody but who names it');
SELECT llm.usp_register_job_type(jsonb_build_object('job_type', 'asked first', 'version', '1.0.0', 'unit', 'page', 'handler', 'dbo.x', 'sha256', 's', 'on_demand', true));
SELECT ingest.usp_begin_reading_pages(ARRAY(SELECT id FROM reading));
SELECT is((SELECT count(*) FROM llm.job j JOIN reading r ON r.id = j.source_page_id WHERE j.job_type = 'asked first'), 0::bigint, 'nor does reading begin with it');
SELECT is(pg_temp.asked('false'), 'updated', 'until the configuration enables it');
SELECT is((SELECT llm.usp_enqueue_types_for_page(id, NULL, 'test', NULL) FROM reading), 1, 'and it follows what it comes after');

CREATE FUNCTION pg_temp.take(p_locator text, p_text text) RETURNS TABLE (id bigint, version integer, is_new boolean) LANGUAGE sql AS $$
    SELECT source_page_id, version, is_new FROM ingest.usp_ingest_page(1, p_locator, 'text/plain', 'UTF-8', 't', p_text,
        convert_to(p_text, 'UTF8'), encode(sha256(convert_to(p_text, 'UTF8')), 'hex')) $$;
CREATE TEMP TABLE a AS SELECT * FROM pg_temp.take('a', 'One.');
SELECT is((SELECT version || ' ' || is_new FROM a), '1 true', 'a page comes in as version 1');
SELECT results_eq($$SELECT * FROM pg_temp.take('a', 'One.')$$, $$SELECT id, 1, false FROM a$$, 'the same bytes again cost nothing');
SELECT is((SELECT version || ' ' || is_new FROM pg_temp.take('a', 'Two.')), '2 true', 'other bytes are the next version');
SELECT is((SELECT version || ' ' || is_new FROM pg_temp.take('b', 'One.')), '1 true', 'the same bytes elsewhere are another page');
SELECT results_eq($$SELECT * FROM pg_temp.take('a', 'One.')$$, $$SELECT id, 1, false FROM a$$, 'bytes that came back are the version that they were');
SELECT throws_ok($$SELECT pg_temp.take('c', '')$$, 'AL005', NULL, 'an empty page is refused');
SELECT throws_ok($$SELECT pg_temp.take(repeat('x', 4001), 'One.')$$, 'AL005', NULL, 'an endless locator is refused');
SELECT lives_ok($$SELECT pg_temp.take((SELECT string_agg(md5(n::text), '') FROM generate_series(1, 125) n), 'One.')$$, 'a long one is not');
SELECT throws_ok($$SELECT ingest.usp_ingest_page(1, 'd', NULL, NULL, 't', 'text', 'text', repeat('0', 64))$$, 'AL005', NULL, 'a wrong checksum is refused');

CREATE TEMP TABLE page AS SELECT tap.page(1, 'cut', 'Ærø lies far. Ærø lies far.') AS id;
CREATE FUNCTION pg_temp.cut(p jsonb) RETURNS jsonb LANGUAGE sql AS $$
    SELECT vector.usp_process_chunk_source_output(tap.job('CHUNK_SOURCE', id, NULL), NULL, jsonb_build_object('chunks', p)) FROM page $$;
CREATE TEMP TABLE cut AS SELECT '[{"char_start": 0, "char_end": 13, "fresh_start": 0, "token_count": 4},
    {"char_start": 14, "char_end": 27, "fresh_start": 14, "token_count": 4}]'::jsonb AS ranges;
SELECT is((SELECT pg_temp.cut(ranges) ->> 'chunks_new' FROM cut), '2', 'chunks are written');
SELECT is((SELECT array_agg(content || occurrence ORDER BY chunk_index) FROM vector.chunk JOIN page ON id = source_page_id),
    ARRAY['Ærø lies far.0', 'Ærø lies far.1'], 'with the characters of the page, and equal ones numbered');
SELECT is((SELECT pg_temp.cut(ranges) ->> 'chunks_new' FROM cut), '0', 'the same again changes nothing');
SELECT is(pg_temp.cut('[{"char_start": 0, "char_end": 27, "fresh_start": 0, "token_count": 8}]') ->> 'chunks_new', '1', 'another cut adds its own');
SELECT results_eq('SELECT char_end FROM vector.chunk JOIN page ON id = source_page_id WHERE is_current', 'VALUES (27)', 'and is the current one');
SELECT throws_ok($$SELECT pg_temp.cut('[{"char_start": 0, "char_end": 28, "fresh_start": 0, "token_count": 8}]')$$, 'AL003',
    'chunks[0]: its range is empty or outside of the page, which has 27 characters', 'a chunk beyond the page is refused by its place');
SELECT throws_ok($$SELECT pg_temp.cut('[{"char_start": 0, "char_end": "x", "fresh_start": 0, "token_count": 8}]')$$, 'AL003',
    'chunks[0].char_end: must be a whole number from 0', 'and one without numbers by its member');

-- A page of several blocks (16,384 characters each, eight times that), cut within, across and at the ends of blocks.
CREATE TEMP TABLE long_page AS SELECT tap.page(1, 'long', (SELECT string_agg('ø' || n, ' ') FROM generate_series(1, 60000) n)) AS id;
SELECT vector.usp_process_chunk_source_output(tap.job('CHUNK_SOURCE', id, NULL), NULL, jsonb_build_object('chunks', (
    SELECT jsonb_agg(jsonb_build_object('char_start', r.a, 'char_end', r.b, 'fresh_start', r.a, 'token_count', 1))
      FROM (VALUES (0, 131072), (131071, 131073), (131072, 262144), (1000, 300000), (262144, 262145), (262143, 390000), (16383, 16385), (16384, 32768)) r(a, b)))) FROM long_page;
SELECT is((SELECT count(*) FILTER (WHERE c.content = substr(p.text, c.char_start + 1, c.char_end - c.char_start)) FROM vector.chunk c
             JOIN sem.source_page p USING (source_page_id) JOIN long_page ON id = p.source_page_id), 8::bigint, 'a long page is cut where it was asked');
CREATE TEMP TABLE again AS SELECT tap.page(1, 'cut', 'Ærø lies far. Ærø lies near.') AS id;
SELECT results_eq('SELECT body, chunks FROM again, vector.fn_earlier_cut(id)',
    $$VALUES ('Ærø lies far. Ærø lies far.'::text, '[{"char_start": 0, "char_end": 27, "fresh_start": 0}]'::jsonb)$$, 'the version after knows how the one before was cut');
SELECT is_empty('SELECT FROM page, vector.fn_earlier_cut(id)', 'the first version has none before it');
CREATE TEMP TABLE third AS SELECT tap.page(1, 'cut', 'Ærø lies nowhere.') AS id;
SELECT results_eq('SELECT body FROM third, vector.fn_earlier_cut(id)', $$VALUES ('Ærø lies far. Ærø lies far.'::text)$$, 'a version that was never cut is passed over');
SELECT cmp_ok(llm.usp_ensure_history_partitions(2), '>=', 2, 'partitions of the history can be made ahead');
SELECT * FROM finish();
ROLLBACK;
