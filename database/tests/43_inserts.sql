-- The insert procedures, one row or many, of each kind.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT plan(21);
CREATE TEMP TABLE made AS SELECT (tap.chunks(1, 'inserts', 'Mirelle Voss and all the rest.'))[1] AS chunk;
CREATE TEMP TABLE c AS SELECT source_page_id AS page, chunk_id AS chunk FROM made JOIN vector.chunk ON chunk_id = chunk;
CREATE FUNCTION pg_temp.one(p_what text, p_item jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE v_is_new boolean; BEGIN
    EXECUTE format('SELECT i.is_new FROM c, dbo.usp_insert_%s(1, NULL, page, chunk, tap.item(chunk, $1)) i', p_what) INTO v_is_new USING p_item; RETURN v_is_new; END $$;
CREATE FUNCTION pg_temp.many(p_what text, VARIADIC p_items jsonb[]) RETURNS TABLE (ordinal integer, is_new boolean) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT i.ordinal, i.is_new FROM c, dbo.usp_batch_insert_%s(1, NULL, page, chunk, (SELECT jsonb_agg(tap.item(chunk, x)) FROM unnest($1) x)) i', p_what) USING p_items; END $$;
SELECT is(pg_temp.one('entity', '{"name": "Mirelle Voss", "type": "person"}'), true, 'an entity');
SELECT is(pg_temp.one('entity', '{"name": "MIRELLE VOSS", "type": "Person"}'), false, 'is known afterwards');
SELECT is(pg_temp.one('entity_relation', '{"subject": "Mirelle Voss", "predicate": "sails", "object": "Heron"}'), true, 'a relation');
SELECT is(pg_temp.one('entity_relation', '{"subject": "Mirelle Voss", "predicate": "sails", "object": "Heron"}'), false, 'is known afterwards');
SELECT is(pg_temp.one('entity_' || f.family, '{"subject": "Mirelle Voss", "predicate": "is of", "object": "Tarn"}'), true, f.family || ': a bridge')
  FROM unnest('{event,work,location,period,concept}'::text[]) f(family);
SELECT results_eq(format('SELECT * FROM pg_temp.many(%L, %L, %L, %L)', 'entity_' || f.family || 's', '{"subject": "Mirelle Voss", "predicate": "IS OF", "object": "tarn"}',
        '{"subject": "Orin", "predicate": "is of", "object": "Tarn", "start_date": "1999-01-01"}', '{"subject": "Orin", "predicate": "is of", "object": "Tarn", "start_date": "1999-01-01"}'),
    'VALUES (1, false), (2, true), (3, true)', f.family || ': a batch answers for each of its items') FROM unnest('{event,work,location,period,concept}'::text[]) f(family);
SELECT is((SELECT count(*) FROM dbo.bridge_entity_location JOIN dbo.dim_location USING (location_id) JOIN dbo.dim_entity USING (entity_id) WHERE location_role = 'is_of'), 2::bigint, 'what is said twice is one row');
SELECT throws_ok($$SELECT pg_temp.many('entity_events', '{"subject": "Good", "predicate": "p", "object": "good"}', '{"subject": "", "predicate": "p", "object": "o"}')$$, 'AL003', 'bridges[1].subject: must be a non-empty string', 'a bad item is named');
SELECT is_empty($$SELECT FROM dbo.dim_entity WHERE entity_name = 'Good'$$, 'and keeps the good ones out');
SELECT throws_ok('SELECT dbo.usp_insert_entity_work(1, NULL, page, chunk, ''7'') FROM c', 'AL003', 'bridges[0]: must be an object', 'an item that is no object is refused');
SELECT throws_ok('SELECT dbo.usp_batch_insert_facts(1, NULL, page, NULL, ''{}'') FROM c', 'AL003', 'facts: must be an array', 'so is what is no array');
SELECT throws_ok('SELECT dbo.usp_batch_insert_dimensions(1, NULL, -1, NULL, ''event'', ''[]'')', 'AL004', NULL, 'and a page that is not there');
SELECT throws_ok('SELECT dbo.usp_batch_insert_dimensions(1, NULL, page, chunk, ''entity'', ''[]'') FROM c', 'AL014', NULL, 'entities have procedures of their own');
SELECT * FROM finish();
ROLLBACK;
