-- The answer that brings the names of a passage and the relations between them: the same rows as two answers would bring.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT plan(12);
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
SELECT tap.route('passage_extraction', chunk, jsonb_build_object('relations', '[]'::jsonb, 'entities', to_jsonb(pg_temp.entities(chunk)),
        'dimensions', jsonb_build_array(tap.entity(chunk, 'Tide Guild', 'guild') || '{"family": "event", "start_date": "1996-04-01", "end_date": "1996-04-03"}',
                                        tap.entity(chunk, 'Orin Dask', 'book') || '{"family": "work", "start_date": "1999-03-09", "start_precision": "day"}')))
  FROM c WHERE tenant = :one;
SELECT results_eq(format('SELECT event_name, event_date, event_end_date FROM dbo.dim_event WHERE tenant_id = %s', :one),
    $$VALUES ('Tide Guild', date '1996-04-01', date '1996-04-03')$$, 'what has a dimension of its own is written there, too');
SELECT results_eq(format('SELECT work_name, work_type, release_date, release_date_precision FROM dbo.dim_work WHERE tenant_id = %s', :one),
    $$VALUES ('Orin Dask', 'book', date '1999-03-09', 'day')$$, 'with its date');
SELECT is((SELECT count(*) FROM dbo.evidence v JOIN c ON c.chunk = v.chunk_id WHERE c.tenant = :one AND v.target_table IN ('dbo.dim_event', 'dbo.dim_work')), 2::bigint,
    'and its evidence');
SELECT is((SELECT s #>> '{events,total}' || (s #>> '{works,promoted}') FROM dbo.fn_run_summary(:one, NULL) s), '11', 'and the summary counts both');
SELECT throws_ok(format($$SELECT tap.route('passage_extraction', %s, '{"entities": [], "relations": [], "dimensions": [{"family": "feast", "name": "Tide"}]}')$$, chunk),
    'AL014', NULL, 'a family that nobody registered is refused') FROM c WHERE tenant = :one;
SELECT tap.route('passage_extraction', chunk, jsonb_build_object('relations', '[]'::jsonb, 'entities', to_jsonb(pg_temp.entities(chunk)),
        'dimensions', jsonb_build_array(tap.entity(chunk, 'Orin Dask', 'death') || '{"family": "event", "name": "Death of Orin Dask",
            "start_date": "2001-05-09", "participants": [{"name": "Orin Dask", "role": "died"}]}')))
  FROM c WHERE tenant = :one;
SELECT results_eq(format($$SELECT event_name, event_type, event_date FROM dbo.dim_event WHERE tenant_id = %s AND event_type = 'death'$$, :one),
    $$VALUES ('Death of Orin Dask', 'death', date '2001-05-09')$$, 'what happened to an entity is an event of its own');
SELECT results_eq(format($$SELECT e.entity_name, b.participation_role FROM dbo.bridge_entity_event b JOIN dbo.dim_entity e USING (entity_id) WHERE b.tenant_id = %s$$, :one),
    $$VALUES ('Orin Dask', 'died')$$, 'in which the entity has a part');
SELECT * FROM finish();
ROLLBACK;
