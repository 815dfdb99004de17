-- The answer that brings the names of a passage and the relations between them: the same rows as two answers would bring.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT plan(5);
SELECT tap.job_type('passage_extraction');
SELECT llm.usp_ensure_tenant('one answer') AS one, llm.usp_ensure_tenant('two answers') AS two \gset
CREATE TEMP TABLE c AS SELECT t.tenant, (tap.chunks(t.tenant, 'guild', 'Mirelle Voss led the Tide Guild. Orin Dask joined it.'))[1] AS chunk
  FROM unnest(ARRAY[:one, :two]) t(tenant);
CREATE FUNCTION pg_temp.entities(p_chunk bigint) RETURNS jsonb[] LANGUAGE sql AS $$
    SELECT ARRAY[tap.entity(p_chunk, 'Mirelle Voss', 'person'), tap.entity(p_chunk, 'Tide Guild', 'organisation'), tap.entity(p_chunk, 'Orin Dask', 'person')] $$;
CREATE FUNCTION pg_temp.relations(p_chunk bigint) RETURNS jsonb[] LANGUAGE sql AS $$
    SELECT ARRAY[tap.relation(p_chunk, 'Mirelle Voss', 'led', 'Tide Guild', '{"start_date": "1996-04-01"}'), tap.relation(p_chunk, 'Orin Dask', 'joined', 'Tide Guild')] $$;
CREATE FUNCTION pg_temp.route(p_chunk bigint) RETURNS jsonb LANGUAGE sql AS $$
    SELECT tap.route('passage_extraction', p_chunk, jsonb_build_object('entities', to_jsonb(pg_temp.entities(p_chunk)), 'relations', to_jsonb(pg_temp.relations(p_chunk)))) $$;
SELECT is((SELECT pg_temp.route(chunk) FROM c WHERE tenant = :one), '{"entities_new": 3, "entities_known": 0, "relations_new": 2, "relations_known": 0, "evidence_new": 5, "promoted": 5,
    "candidate": 0, "suppressed": 0}'::jsonb, 'names and relations are written together');
SELECT tap.route_entities(chunk, VARIADIC pg_temp.entities(chunk)), tap.route_relations(chunk, VARIADIC pg_temp.relations(chunk)) FROM c WHERE tenant = :two;
SELECT is(tap.picture(:one) - 'extractions', tap.picture(:two) - 'extractions', 'as two answers would bring them');
SELECT is((SELECT jsonb_object_agg(a.key, a.value) FROM c, jsonb_each(pg_temp.route(chunk)) a WHERE tenant = :one AND a.key LIKE '%new'),
    '{"entities_new": 0, "relations_new": 0, "evidence_new": 0}', 'the same again is known');
SELECT is((SELECT tap.route('passage_extraction', chunk, '{"entities": [], "relations": []}') ->> 'evidence_new' FROM c WHERE tenant = :one), '0', 'an answer may be empty');
SELECT throws_ok(format($$SELECT tap.route('passage_extraction', %s, '{"entities": [], "relations": [{"subject": 3}]}')$$, chunk), 'AL003', NULL, 'an item of another shape is refused')
  FROM c WHERE tenant = :one;
SELECT * FROM finish();
ROLLBACK;
