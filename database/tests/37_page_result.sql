BEGIN;
SELECT plan(17);
-- One page in two chunks that overlap, as two chunks with the words "Ada led Bo." in both.
CREATE TEMP TABLE p AS SELECT tap.page(1, 'file:///pages/overlap.en.txt', 'Ada led Bo in 1871. Ada led Bo. Cy met Ada. Bo led Ada.') AS page_id;
SELECT vector.usp_process_chunk_source_output(tap.job('CHUNK_SOURCE', page_id, NULL), NULL,
    '{"chunks":[{"char_start":0,"char_end":31,"fresh_start":0,"token_count":8},{"char_start":20,"char_end":55,"fresh_start":31,"token_count":9}]}') FROM p;
CREATE TEMP TABLE c AS SELECT array_agg(chunk_id ORDER BY chunk_index) AS ids FROM vector.chunk, p WHERE source_page_id = page_id;
SELECT tap.route_entities(ids[1], tap.entity(ids[1], 'Ada', 'person'), tap.entity(ids[1], 'Bo', 'person')),
       tap.route_entities(ids[2], tap.entity(ids[2], 'Ada', 'person'), tap.entity(ids[2], 'Bo', 'person'), tap.entity(ids[2], 'Cy', 'person')) FROM c;
CREATE FUNCTION pg_temp.said(p_chunk bigint, p_from integer, p_to integer, p_subject text, p_predicate text, p_object text, p_more jsonb DEFAULT '{}')
RETURNS jsonb LANGUAGE sql AS $$
    SELECT dbo.usp_process_relationship_extraction_output(tap.job('relationship_extraction', c.source_page_id, p_chunk), NULL,
        jsonb_build_object('relations', jsonb_build_array('{"confidence": 0.95, "grounding": "exact"}'::jsonb || p_more || jsonb_build_object(
            'subject', p_subject, 'predicate', p_predicate, 'object', p_object, 'evidence', jsonb_build_array(
            jsonb_build_object('char_start', p_from, 'char_end', p_to, 'quote', 'words', 'grounding', 'exact'))))))
      FROM vector.chunk c WHERE c.chunk_id = p_chunk
$$;
SELECT pg_temp.said(ids[1], 20, 31, 'Ada', 'led', 'Bo'), pg_temp.said(ids[2], 20, 31, 'Ada', 'led', 'Bo'), pg_temp.said(ids[2], 20, 43, 'Ada', 'led', 'Bo'),
       pg_temp.said(ids[1], 0, 19, 'Ada', 'led', 'Bo', '{"start_date":"1871-01-01","end_date":"1874-12-31","start_text":"1871"}'),
       pg_temp.said(ids[1], 0, 19, 'Ada', 'led', 'Bo', '{"start_date":"1872-01-01","end_date":"1874-12-31","start_text":"1872"}'),
       pg_temp.said(ids[2], 0, 19, 'Ada', 'led', 'Bo', '{"start_date":"1880-01-01","end_date":"1881-12-31","start_text":"1880"}'),
       pg_temp.said(ids[2], 44, 55, 'Bo', 'met', 'Ada'), pg_temp.said(ids[2], 32, 43, 'Cy', 'met', 'Ada') FROM c;
CREATE TEMP TABLE r AS SELECT dbo.fn_page_result(1, page_id) AS result FROM p;
CREATE TEMP TABLE l AS SELECT x.* FROM r, jsonb_to_recordset(result -> 'relations') x(relation_id bigint, subject text, predicate text, object text,
    start_date date, passages integer, chunks integer, conflicts jsonb, evidence jsonb);

SELECT is((SELECT (result #>> '{page,locator}', result #>> '{page,chunks}')::text FROM r), '(file:///pages/overlap.en.txt,2)', 'a result says of which page it is');
SELECT is((SELECT string_agg(e ->> 'name', ' ') FROM r, jsonb_array_elements(result -> 'entities') e), 'Ada Bo Cy', 'entities come in the order of the page');
SELECT is((SELECT (e ->> 'chunks', jsonb_array_length(e -> 'names'))::text FROM r, jsonb_array_elements(result -> 'entities') e WHERE e ->> 'name' = 'Ada'), '(2,1)', 'with the chunks and names they have there');
SELECT is((SELECT count(*) FROM l), 6::bigint, 'facts that differ stay apart');
SELECT is((SELECT (passages, chunks)::text FROM l WHERE predicate = 'led' AND start_date IS NULL), '(1,2)', 'the same words seen by two chunks are one passage');
SELECT is((SELECT jsonb_array_length(evidence) FROM l WHERE predicate = 'led' AND start_date IS NULL), 1, 'shown once');
SELECT is((SELECT conflicts FROM l WHERE start_date = '1871-01-01'), (SELECT jsonb_build_array(relation_id) FROM l WHERE start_date = '1872-01-01'), 'bounds that contradict each other are flagged');
SELECT is((SELECT conflicts FROM l WHERE start_date = '1880-01-01'), '[]'::jsonb, 'another time is no contradiction');
SELECT is((SELECT conflicts FROM l WHERE start_date IS NULL AND predicate = 'led'), '[]'::jsonb, 'nor is a fact that says no time');
SELECT is((SELECT count(*) FROM l WHERE predicate = 'met' AND conflicts <> '[]'), 0::bigint, 'relations of others do not conflict');
SELECT pg_temp.said(ids[2], 44, 55, 'Bo', 'led', 'Ada') FROM c;
SELECT is((SELECT count(*) FROM p, jsonb_array_elements(dbo.fn_page_result(1, page_id) -> 'relations') e WHERE jsonb_array_length(e -> 'conflicts') > 0 AND e ->> 'predicate' = 'led'), 5::bigint,
    'both ways at once is flagged');
SELECT is((SELECT dbo.fn_page_result(1, -1)), NULL, 'an unknown page has no result');
SELECT is((SELECT string_agg(DISTINCT f.said, ' ' ORDER BY f.said) FROM p, sem.fn_find_pages(1, ARRAY['overlap', 'overlap.en.txt', 'file:///pages/overlap.en.txt', page_id::text, 'lap']) f WHERE f.source_page_id = page_id AND f.said <> page_id::text),
    'file:///pages/overlap.en.txt overlap overlap.en.txt', 'a page is found by its locator, its last part, and that without endings');
SELECT is((SELECT count(*) FROM sem.fn_find_pages(2, ARRAY['overlap'])), 0::bigint, 'by its own tenant only');
SELECT is((SELECT string_agg(b.name, ' ') FROM c, dbo.fn_entities_before(ids[2], 10) b), 'Ada Bo', 'a chunk is told what was named before it');
SELECT is((SELECT string_agg(b.name, ' ') FROM c, dbo.fn_entities_before(ids[2], 1) b), 'Bo', 'the last of it');
SELECT is((SELECT count(*) FROM c, dbo.fn_entities_before(ids[1], 10) b), 0::bigint, 'and the first one nothing');
SELECT * FROM finish();
ROLLBACK;
