BEGIN;
SELECT plan(9);
CREATE TEMP TABLE p AS SELECT tap.page(1, 'classified', 'Mirelle Voss is a captain.') AS id;
CREATE FUNCTION pg_temp.classify(p_type text, p_confidence double precision) RETURNS jsonb LANGUAGE sql AS $$
    SELECT dbo.usp_process_page_classification_output(tap.job('page_classification', id, NULL), NULL, jsonb_build_object('primary_type', p_type,
        'type_set', jsonb_build_array('Person', p_type), 'confidence', p_confidence, 'descriptor_sentence', 'A captain.', 'grounding', 'exact')) FROM p $$;
SELECT is(pg_temp.classify('Biography', 0.8) ->> 'candidate', '1', 'an unsure classification is a candidate');
SELECT results_eq('SELECT primary_type, type_set, needs_review FROM sem.page_classification', $$VALUES ('biography', '{biography,person}'::text[], true)$$, 'and needs review');
SELECT is((SELECT count(*) FROM sem.vw_pages_needing_review), 1::bigint, 'which the view lists');
SELECT is(pg_temp.classify('biography', 0.95) ->> 'promoted', '1', 'a surer one replaces it');
SELECT is(pg_temp.classify('list', 0.5) ->> 'promoted', '1', 'a weaker one does not');
SELECT is((SELECT primary_type FROM p, sem.fn_page(id)), 'biography', 'the page knows its type');
SELECT is((SELECT count(*) FROM sem.vw_pages_needing_review), 0::bigint, 'and waits no more');
SELECT throws_ok($$SELECT pg_temp.classify('x', 2)$$, 'AL003', 'page_classification.confidence: must be a number from 0 to 1', 'a confidence above 1 is refused');
SELECT throws_ok($$SELECT dbo.usp_process_page_classification_output(tap.job('page_classification', id, NULL), NULL, '[]') FROM p$$, 'AL003', NULL, 'so is an array');
SELECT * FROM finish();
ROLLBACK;
