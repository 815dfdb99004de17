BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT plan(46);
CREATE TEMP TABLE t AS SELECT llm.usp_ensure_tenant('backfills') AS id;
CREATE TEMP TABLE c AS SELECT tap.chunks(t.id, 'backfill', 'Ada Byrne sailed.', 'Bo Cole sailed.', 'Cy Dunn sailed.', 'The harbour.') AS ids FROM t;
SELECT tap.route_entities(ids[1], tap.entity(ids[1], 'Ada Byrne', 'Sea Person', '{"confidence": 0.75}')) FROM c;
SELECT tap.route_entities(ids[2], tap.entity(ids[2], 'Bo Cole', 'Sea Person', '{"confidence": 0.8}')) FROM c;
SELECT tap.route_entities(ids[3], tap.entity(ids[3], 'Cy Dunn', 'Sea Person', '{"confidence": 0.95}')) FROM c;
SELECT tap.route_entities(ids[4], tap.entity(ids[4], 'The harbour', 'place', '{"confidence": 0.5}')) FROM c;
SELECT tap.route_relations(ids[1], tap.relation(ids[1], 'Ada Byrne', 'captain_of', 'Lantern', '{"start_date": "1901-01-01", "end_date": "1903-12-31"}')) FROM c;
SELECT tap.route_relations(ids[2], tap.relation(ids[2], 'Bo Cole', 'captain_of', 'Lantern', '{"start_date": "1904-01-01"}')) FROM c;
SELECT tap.route_relations(ids[3], tap.relation(ids[3], 'Cy Dunn', 'captain_of', 'Lantern')) FROM c;
DELETE FROM llm.job WHERE tenant_id = (SELECT id FROM t);

-- What a selection fits.
SELECT is((SELECT (pages, chunks)::text FROM t, llm.fn_backfill_extent(t.id, 'entities', '{"entity_type": "sea person", "max_confidence": 0.8}')), '(1,2)',
    'chunks with evidence for an entity of the type at or below the confidence');
CREATE FUNCTION pg_temp.in_range(p_from text, p_to text) RETURNS bigint[] LANGUAGE sql AS $$
    SELECT array_agg(array_position(c.ids, x.chunk_id) ORDER BY x.chunk_id)
      FROM t, c, llm.fn_backfill_chunks(t.id, 'relationships', llm.fn_check_backfill('relationships', jsonb_build_object('from', p_from, 'to', p_to)), NULL, NULL, NULL) x $$;
SELECT is(pg_temp.in_range('1903-06-01', '1903-06-30'), '{1}', 'a range within the bounds');
SELECT is(pg_temp.in_range('1903-12-31', '1904-01-01'), '{1,2}', 'both days of a range count');
SELECT is(pg_temp.in_range('2024-01-01', '2024-12-31'), '{2}', 'a bound that is not known is open');
SELECT is(pg_temp.in_range('1890-01-01', '1900-12-31'), NULL, 'what has no bounds never fits');
SELECT throws_ok(format('SELECT llm.usp_begin_backfill(%s, %L, %L, NULL, NULL, NULL)', t.id, x.what, x.selection), 'AL005', NULL, 'refused: ' || x.selection)
  FROM t, (VALUES ('entities', '{"entity_type": "a"}'), ('entities', '{"entity_type": "a", "max_confidence": 1.5}'),
                  ('entities', '{"entity_type": " ", "max_confidence": 0.5}'), ('relationships', '{"from": "2024-01-01"}'),
                  ('relationships', '{"from": "2024-02-30", "to": "2024-12-31"}'),
                  ('relationships', '{"from": "2024-12-31", "to": "2024-01-01"}'), ('pages', '{}')) x(what, selection);
SELECT throws_ok($$SELECT llm.usp_begin_backfill(id, 'relationships', '{"from": "1903-01-01", "to": "1904-01-01"}', NULL, 50, NULL) FROM t$$, 'AL005', NULL,
    'a backfill must be below live work');
SELECT throws_ok($$SELECT llm.usp_begin_backfill(id, 'relationships', '{"from": "1903-01-01", "to": "1904-01-01"}', 'nonsense', NULL, NULL) FROM t$$, 'AL002', NULL,
    'and of a known type');
SELECT is((SELECT (backfill_id, chunks)::text FROM t, llm.usp_begin_backfill(t.id, 'relationships', '{"from": "1800-01-01", "to": "1801-01-01"}', NULL, NULL, NULL)),
    '(,0)', 'one that fits nothing is not begun');

-- Steps.
CREATE TEMP TABLE b AS SELECT x.* FROM t, llm.usp_begin_backfill(t.id, 'entities', '{"entity_type": "Sea Person", "max_confidence": 0.8}', NULL, NULL, 'Ada') x;
SELECT is((SELECT (enqueued, total, state)::text FROM b, llm.usp_backfill_step(b.backfill_id, 1)), '(1,1,running)', 'a step enqueues as many as it may');
SELECT is((SELECT (enqueued, total, state)::text FROM b, llm.usp_backfill_step(b.backfill_id, 1)), '(1,2,running)', 'the next goes on after it');
DO $$BEGIN FOR n IN 1 .. 9 LOOP EXIT WHEN (SELECT s.state FROM b, llm.usp_backfill_step(b.backfill_id, 1) s) = 'done'; END LOOP; END$$;
SELECT is((SELECT (state, enqueued, waiting)::text FROM b JOIN llm.vw_backfill v USING (backfill_id)), '(done,2,2)', 'until all is asked for');
SELECT is((SELECT (enqueued, total, state)::text FROM b, llm.usp_backfill_step(b.backfill_id, 1)), '(0,2,done)', 'then a step changes nothing');
SELECT ok((SELECT bool_and(j.priority = 10 AND j.due_at > j.enqueued_at + interval '15 h') FROM llm.job j JOIN b USING (backfill_id)), 'its jobs come after live work');
SELECT is((SELECT (enqueued, state)::text FROM t, llm.usp_begin_backfill(t.id, 'entities', '{"entity_type": "sea person", "max_confidence": 0.8}', NULL, NULL, 'Bo') x,
            LATERAL llm.usp_backfill_step(x.backfill_id, 100) s), '(2,running)', 'another backfill asks about the same chunks once more');

-- Pausing, going on, cancelling.
SELECT is((SELECT changed FROM b, llm.usp_pause_backfill(b.backfill_id, NULL, 1)), 1, 'a pause holds jobs back in steps');
SELECT is((SELECT changed FROM b, llm.usp_pause_backfill(b.backfill_id, (SELECT min(job_id) FROM llm.job j JOIN b USING (backfill_id)), 100)), 1, 'the next goes on after it');
SELECT is((SELECT (changed, last_job_id)::text FROM b, llm.usp_pause_backfill(b.backfill_id, NULL, 100)), '(0,)', 'and says when none is left');
SELECT is((SELECT count(*) FROM t, llm.usp_claim_jobs('w', NULL, 100, NULL, t.id)), 2::bigint, 'held jobs are not claimed, those of the other backfill are');
SELECT ok((SELECT tap.drains(t.id) FROM t), 'nor do they keep a drain waiting');
SELECT is((SELECT sum(held) FROM t JOIN llm.vw_queue_depth d ON d.tenant_id = t.id), 2::numeric, 'the depth of the queue tells how many are held');
SELECT is((SELECT changed FROM b, llm.usp_resume_backfill(b.backfill_id, NULL, 100)), 2, 'a paused backfill can go on');
SELECT is((SELECT count(*) FROM t, llm.usp_claim_jobs('w', NULL, 1, NULL, t.id)), 1::bigint, 'then its jobs are claimed');
-- What ran while its backfill was paused waits with the others.
SELECT is((SELECT changed FROM b, llm.usp_pause_backfill(b.backfill_id, NULL, 100)), 1, 'a pause leaves alone what runs');
SELECT is((SELECT llm.usp_fail_job(j.job_id, j.lease_token, '{}', false, 0) FROM llm.job j JOIN b USING (backfill_id) WHERE j.status = 'RUNNING'), 'FAILED', 'when that fails');
SELECT is((SELECT count(*) FROM llm.job j JOIN b USING (backfill_id) WHERE j.waits AND j.available_at = 'infinity'), 2::bigint, 'it is held back like the others');
SELECT llm.usp_resume_backfill(b.backfill_id, NULL, 100) FROM b;
SELECT is((SELECT count(*) FROM t, llm.usp_claim_jobs('w', NULL, 1, NULL, t.id)), 1::bigint, 'until the backfill goes on');
SELECT llm.usp_pause_backfill(b.backfill_id, NULL, 100) FROM b;
UPDATE llm.job j SET lease_until = now() - interval '1 s' FROM b WHERE j.backfill_id = b.backfill_id AND j.status = 'RUNNING';
SELECT is(llm.usp_release_expired_leases(10), 1, 'a lease that runs out meanwhile');
SELECT is((SELECT count(*) FROM llm.job j JOIN b USING (backfill_id) WHERE j.waits AND j.available_at = 'infinity'), 2::bigint, 'gives a job that is held back');
SELECT llm.usp_resume_backfill(b.backfill_id, NULL, 100) FROM b;
SELECT is((SELECT count(*) FROM t, llm.usp_claim_jobs('w', NULL, 1, NULL, t.id)), 1::bigint, 'and comes when it goes on');
SELECT is((SELECT llm.usp_cancel_backfill(backfill_id, 100) FROM b), 1, 'cancelling takes the waiting ones away');
SELECT is((SELECT (state, waiting, running, dead, cancelled)::text FROM b JOIN llm.vw_backfill v USING (backfill_id)), '(cancelled,0,1,0,1)', 'not those that run');
SELECT throws_ok($$SELECT llm.usp_resume_backfill(backfill_id, NULL, 1) FROM b$$, 'AL005', NULL, 'a cancelled backfill does not go on');
SELECT throws_ok($$SELECT llm.usp_backfill_step(-1, 1)$$, 'AL004', NULL, 'an unknown backfill has no steps');

-- Asked again, a passage's extractions are marked.
INSERT INTO llm.run (run_id, tenant_id, job_id, job_type, contract_version, correlation_id, attempt, model, started_at)
SELECT gen_random_uuid(), t.id, 1, 'entity_extraction', '1.0.0', gen_random_uuid(), 1, 'm', now() FROM t;
SELECT dbo.usp_process_entity_extraction_output(tap.job('entity_extraction', k.source_page_id, k.chunk_id), r.run_id,
        jsonb_build_object('entities', jsonb_build_array(tap.entity(k.chunk_id, 'Ada Byrne', 'Sea Person', '{"confidence": 0.9}'))))
  FROM c, t, vector.chunk k, llm.run r WHERE k.chunk_id = c.ids[1] AND r.tenant_id = t.id;
SELECT is((SELECT array_agg(x.is_rerun ORDER BY x.extraction_id) FROM c, dbo.fact_entity_extraction x WHERE x.chunk_id = c.ids[1] AND x.job_type = 'entity_extraction'),
    '{f,t}', 'the rows of a run that asks again are marked as such, and the first ones stay');

-- A newer contract asks nothing by itself; a backfill, or a job by hand, asks under it.
DELETE FROM llm.job WHERE tenant_id = (SELECT id FROM t);
SELECT llm.usp_register_job_type(jsonb_build_object('job_type', 'entity_extraction', 'version', '1.1.0', 'unit', 'chunk', 'after', 'CHUNK_SOURCE',
    'handler', 'dbo.usp_process_entity_extraction_output', 'priority', 50, 'max_attempts', 3, 'lease_seconds', 30, 'slack_seconds', 3600, 'sha256', 'b'));
SELECT ingest.usp_begin_reading_pages(ARRAY(SELECT p.source_page_id FROM t JOIN sem.source_page p ON p.tenant_id = t.id));
SELECT is((SELECT count(*) FROM t JOIN llm.job j ON j.tenant_id = t.id WHERE j.job_type = 'entity_extraction'), 0::bigint, 'a page that is read again is not asked about under a newer contract');
CREATE TEMP TABLE n AS SELECT x.backfill_id FROM t, llm.usp_begin_backfill(t.id, 'entities', '{"entity_type": "sea person", "max_confidence": 1}', NULL, NULL, 'Ada') x;
SELECT is((SELECT s.enqueued FROM n, llm.usp_backfill_step(n.backfill_id, 100) s), 3, 'a backfill asks about all its chunks');
SELECT is((SELECT string_agg(DISTINCT j.contract_version, ' ') FROM llm.job j JOIN n USING (backfill_id)), '1.1.0', 'under the newer contract');
SELECT tap.job('entity_extraction', k.source_page_id, k.chunk_id) FROM c, vector.chunk k WHERE k.chunk_id = c.ids[4];
SELECT is((SELECT j.contract_version FROM c, llm.job j WHERE j.chunk_id = c.ids[4] AND j.job_type = 'entity_extraction'), '1.1.0', 'so is a job that was asked for by hand');

-- An answer that broke off is gone on with by another run of the same job.
CREATE TEMP TABLE on_ AS SELECT tap.chunks(t.id, 'goes on', 'Ada Byrne met Bo Cole.') AS ids FROM t;
CREATE TEMP TABLE g AS SELECT tap.job('entity_extraction', k.source_page_id, k.chunk_id) AS job_id, gen_random_uuid() AS first, gen_random_uuid() AS second
  FROM on_ n, vector.chunk k WHERE k.chunk_id = n.ids[1];
INSERT INTO llm.run (run_id, tenant_id, job_id, job_type, contract_version, correlation_id, attempt, model, started_at)
SELECT r, t.id, g.job_id, 'entity_extraction', '1.0.0', gen_random_uuid(), 1, 'm', now() FROM t, g, unnest(ARRAY[g.first, g.second]) r;
SELECT dbo.usp_process_entity_extraction_output(g.job_id, g.first, jsonb_build_object('entities', jsonb_build_array(tap.entity(n.ids[1], 'Ada Byrne', 'Sea Person')))),
       dbo.usp_process_entity_extraction_output(g.job_id, g.second, jsonb_build_object('entities', jsonb_build_array(tap.entity(n.ids[1], 'Bo Cole', 'Sea Person')))) FROM g, on_ n;
SELECT is((SELECT array_agg((x.run_id = g.first, x.is_rerun)::text ORDER BY x.extraction_id) FROM g, on_ n, dbo.fact_entity_extraction x WHERE x.chunk_id = n.ids[1]),
    '{"(t,f)","(f,f)"}', 'which is no second reading, and each row names the run that said so');
SELECT * FROM finish();
ROLLBACK;
