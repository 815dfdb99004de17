-- What a page under review shows: contradictions from both sides, and long texts in parts.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT pg_advisory_xact_lock(14) \g /dev/null
SELECT plan(28);
SELECT (tap.chunks(1, 'one life', 'Mirelle Voss, born in 1701, led the Guild from 1990 to 1995.'))[1] AS one, (tap.chunks(1, 'other life', 'Mirelle Voss was born in 1702. She led the Guild from 1994 on.'))[1] AS other \gset
CREATE FUNCTION pg_temp.say(p_chunk bigint, p_born text, p_quote text, p_confidence float8) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM vector.chunk c, dbo.usp_batch_insert_facts(1, NULL, c.source_page_id, c.chunk_id, jsonb_build_array(tap.grounded(p_chunk, p_quote,
        jsonb_build_object('kind', 'assertion', 'subject', 'Mirelle Voss', 'predicate', 'born in', 'value', p_born, 'confidence', p_confidence)))) WHERE c.chunk_id = p_chunk $$;
SELECT (SELECT source_page_id FROM vector.chunk WHERE chunk_id = :one) AS one_page, (SELECT source_page_id FROM vector.chunk WHERE chunk_id = :other) AS other_page \gset
CREATE FUNCTION pg_temp.reasons(p_locator text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT dbo.usp_refresh_review(1, 5000) FROM generate_series(1, 3); -- what one step finds elsewhere, the next does
    SELECT dbo.fn_review_queue(1, jsonb_build_object('source', p_locator, 'type', 'assertion'), NULL, 5) #> '{pages,0,reasons}' $$;
SELECT tap.route_entities(:one, tap.entity(:one, 'Mirelle Voss', 'person')) \g /dev/null
SELECT pg_temp.say(:one, '1701', 'born in 1701', 0.8) \g /dev/null
SELECT is(pg_temp.reasons('one life'), '["low_confidence"]', 'alone, a fact waits since it is not sure');
SELECT pg_temp.say(:other, '1702', 'born in 1702', 0.95) \g /dev/null
SELECT is(pg_temp.reasons('one life'), '["contradiction"]', 'once another page says otherwise, that is why it waits');
SELECT is(dbo.fn_review_queue(1, '{"reason": "contradiction"}', NULL, 5) #>> '{pages,0,locator}', 'one life', 'and it is found by that reason');
SELECT assertion_id AS unsure FROM dbo.fact_assertion WHERE value = '1701' \gset
SELECT assertion_id AS sure FROM dbo.fact_assertion WHERE value = '1702' \gset
CREATE TEMP VIEW side AS SELECT c ->> 'label' AS label, c ->> 'state' AS state, c ->> 'kind' AS kind, c #>> '{evidence,0,quote}' AS quote, c #>> '{evidence,0,locator}' AS locator
    FROM dbo.fact_assertion a, jsonb_array_elements(dbo.fn_item_conflicts(1, 'assertion', a.assertion_id)) c WHERE a.predicate = 'born_in';
SELECT results_eq('SELECT quote, locator, state, kind FROM side ORDER BY quote', $$VALUES ('born in 1701', 'one life', 'candidate', 'value'), ('born in 1702', 'other life', 'promoted', 'value')$$,
    'each side is shown to the other with its quote and where that stands');
SELECT is(dbo.fn_review_item(1, 'assertion', :unsure) #>> '{conflicts,0,evidence,0,quote}', 'born in 1702', 'an item has what contradicts it');
SELECT is((SELECT i -> 'conflicts' FROM jsonb_array_elements(dbo.fn_review_page(1, :one_page) -> 'items') i WHERE i ->> 'item_type' = 'assertion'), '1', 'a page says of how many');
SELECT is((SELECT i ->> 'reason' FROM jsonb_array_elements(dbo.fn_review_page(1, :one_page) -> 'items') i WHERE i ->> 'item_type' = 'assertion'), 'contradiction', 'and that they wait for it');
SELECT dbo.usp_adjudicate(1, 'assertion', :sure, 'reject', NULL, 'the register says 1701', 'anna') ->> 'audit_id' AS audit \gset
SELECT is(pg_temp.reasons('one life'), '["low_confidence"]', 'what a person rejected contradicts nothing, also on other pages');
SELECT is(dbo.fn_item_conflicts(1, 'assertion', :unsure), '[]', 'nor is it shown');
SELECT dbo.usp_undo_adjudication(1, :audit, NULL, 'anna') \g /dev/null
SELECT is(pg_temp.reasons('one life'), '["contradiction"]', 'until that is taken back');
SELECT dbo.usp_batch_insert_dimensions(1, NULL, source_page_id, chunk_id, 'work', jsonb_build_array(tap.grounded(chunk_id, 'from 1990', '{"name": "The Last Tide", "start_date": "1990-05-25"}'))) FROM vector.chunk WHERE chunk_id = :one \g /dev/null
SELECT dbo.usp_batch_insert_dimensions(1, NULL, source_page_id, chunk_id, 'work', jsonb_build_array(tap.grounded(chunk_id, 'from 1994', '{"name": "The Last Tide", "start_date": "1994-05-25"}'))) FROM vector.chunk WHERE chunk_id = :other \g /dev/null
SELECT is((SELECT dbo.fn_item_conflicts(1, 'work', work_id) #>> '{0,evidence,0,quote}' FROM dbo.dim_work WHERE work_name = 'The Last Tide'), 'from 1994', 'a passage that dates a work otherwise is shown');
SELECT is(dbo.fn_item_conflicts(1, 'entity', 1), '[]', 'entities contradict nothing');

-- Long texts.
SELECT is(dbo.fn_text_parts('short', 100), ARRAY[0], 'a short text is one part');
SELECT is(dbo.fn_text_parts(repeat('x', 250), 100), ARRAY[0, 100, 200], 'an endless line is cut where it must be');
SELECT is(dbo.fn_text_parts(repeat(repeat('é', 39) || E'\n', 10), 100), ARRAY[0, 120, 200, 320], 'a text is cut before lines, counted in characters');
SELECT is(dbo.fn_text_parts(E'\n' || repeat('x', 250) || E'\nend', 100), ARRAY[0, 101, 201, 252], 'what follows a long line begins a part');
SELECT tap.page(1, 'long', string_agg('Line ' || n || ' of 林河 and é.', E'\n' ORDER BY n)) AS long FROM generate_series(1, 5000) n \gset
SELECT is((SELECT string_agg(dbo.fn_page_text(1, :long, part, coalesce(next, length(p.text)) - part) ->> 'text', '' ORDER BY part)
             FROM (SELECT u.part, lead(u.part) OVER (ORDER BY u.part) AS next FROM unnest(dbo.fn_text_parts((SELECT text FROM sem.source_page WHERE source_page_id = :long), 32768)) u(part)) parts,
                  sem.source_page p WHERE p.source_page_id = :long), (SELECT text FROM sem.source_page WHERE source_page_id = :long), 'the parts make up the text');
SELECT is(length(dbo.fn_review_page(1, :long) #>> '{page,text}'), (dbo.fn_review_page(1, :long) #>> '{page,parts,1}')::integer, 'a page comes with its first part');
SELECT is(dbo.fn_page_text(1, :long, 1000000, 10), (SELECT jsonb_build_object('start', length(text), 'end', length(text), 'length', length(text), 'text', '') FROM sem.source_page WHERE source_page_id = :long), 'behind the end there is nothing');
-- Of a text of megabytes, as it is stored, each use of it would unpack all of it: for its thousands of lines that took minutes, from the second call on.
SET LOCAL statement_timeout = '60s';
SELECT tap.page(1, 'longer', string_agg('Line ' || n || ' of 林河 and é, and nothing else.', E'\n' ORDER BY n)) AS longer FROM generate_series(1, 60000) n \gset
SELECT is((SELECT array_agg(jsonb_array_length(dbo.fn_review_page(1, :longer) #> '{page,parts}') > 50) FROM generate_series(1, 8)), array_fill(true, ARRAY[8]), 'a very long text is cut again and again');
RESET statement_timeout;
SELECT throws_ok(format('SELECT dbo.fn_page_text(1, %s, %s)', :long, a), 'AL005', NULL, 'no part is ' || a) FROM unnest(ARRAY['-1, 10']) a;
SELECT throws_ok(format('SELECT dbo.fn_page_text(2, %s, 0, 10)', :long), 'AL004', NULL, 'another tenant reads none of it');
-- Filters of the queue: of few items and of many the same pages in the same order, and more than can be looked through are not counted.
INSERT INTO sem.source_page (tenant_id, ingest_record_id, source_id, locator, title, text, text_length, content_sha256, version, correlation_id)
SELECT 1, p.ingest_record_id, p.source_id, 'many/' || n % 10 || '/' || n, 'Page ' || n, 'x', 1, p.content_sha256, p.version + n, p.correlation_id
  FROM sem.source_page p, generate_series(1, 10100) n WHERE p.source_page_id = :long;
DELETE FROM dbo.review_stale_page WHERE tenant_id = 1; -- what waits there is made here by hand
INSERT INTO dbo.review_page (source_page_id, tenant_id, items, lowest_confidence, rank, locator)
SELECT p.source_page_id, 1, 1, (p.source_page_id % 100) / 100.0, -1 - p.source_page_id % 3, p.locator FROM sem.source_page p WHERE p.locator LIKE 'many/%';
INSERT INTO dbo.review_item (source_page_id, tenant_id, item_type, item_id, confidence, reason)
SELECT p.source_page_id, 1, 'state', p.source_page_id, p.lowest_confidence, 'low_confidence' FROM dbo.review_page p WHERE p.locator LIKE 'many/%';
CREATE FUNCTION pg_temp.queue(p_filter jsonb, p_after text DEFAULT NULL) RETURNS TABLE (pages bigint[], next text, waiting bigint, is_least boolean) LANGUAGE sql AS $$
    SELECT ARRAY(SELECT (page ->> 'source_page_id')::bigint FROM jsonb_array_elements(q -> 'pages') page), q ->> 'next', (q ->> 'waiting')::bigint, (q ->> 'waiting_is_least')::boolean
      FROM dbo.fn_review_queue(1, p_filter, p_after, 50) q $$;
CREATE FUNCTION pg_temp.expected(p_condition text) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE v_pages bigint[];
BEGIN
    EXECUTE 'SELECT ARRAY(SELECT p.source_page_id FROM dbo.review_page p WHERE p.locator LIKE ''many/%'' AND ' || p_condition || ' ORDER BY p.rank, p.lowest_confidence, p.source_page_id LIMIT 100)' INTO v_pages;
    RETURN v_pages;
END $$;
SELECT is((SELECT a.pages || b.pages FROM pg_temp.queue(f.filter) a, pg_temp.queue(f.filter, a.next) b), pg_temp.expected(f.condition), f.says)
  FROM (VALUES ('{"type": "state"}'::jsonb, 'true', 'many of a type, in order and in parts'), ('{"type": "state", "max_confidence": "0.5"}', 'p.lowest_confidence <= 0.5', 'half of them'),
               ('{"type": "state", "min_confidence": "0.98", "source": "many/7*"}', $$p.lowest_confidence >= 0.98 AND p.locator LIKE 'many/7%'$$, 'few of one source')) f(filter, condition, says);
SELECT is((SELECT row(waiting, is_least)::text FROM pg_temp.queue('{"type": "state"}')), '(10000,t)', 'more than can be looked through are told as more');
SELECT is((SELECT row(waiting, is_least)::text FROM pg_temp.queue('{"type": "state", "source": "many/3*"}')), '(1010,f)', 'those of one source are counted');
SELECT is((SELECT row(cardinality(pages), waiting, is_least)::text FROM pg_temp.queue('{"type": "concept"}')), '(0,0,f)', 'none of a type is none');
SELECT * FROM finish();
ROLLBACK;
