-- What a restore asks and tells the database.
BEGIN;
SELECT plan(5);
CREATE TEMP TABLE before AS SELECT * FROM llm.fn_holdings();
SELECT tap.page(1, 'x:backup', 'A page.');
SELECT is((SELECT h.pages - b.pages FROM llm.fn_holdings() h, before b), 1::bigint, 'what a database holds is counted');
INSERT INTO llm.run (run_id, tenant_id, job_id, job_type, contract_version, correlation_id, attempt, model, started_at, artifact)
SELECT gen_random_uuid(), 1, 1, 't', '1.0.0', gen_random_uuid(), 1, 'm', now(), a FROM unnest(ARRAY['/old/lake/llm_runs/1', '/old/lakeside/llm_runs/2', NULL]) a;
SELECT is(llm.usp_move_artifacts('/old/lake', '/new'), 1::bigint, 'artifacts move with their lake');
SELECT set_eq($$SELECT artifact FROM llm.run WHERE job_id = 1 AND model = 'm'$$, ARRAY['/new/llm_runs/1', '/old/lakeside/llm_runs/2', NULL], 'and no others do');
SELECT is(llm.usp_move_artifacts('/new', '/new'), 0::bigint, 'one that stays where it is moves nothing');
SELECT throws_ok($$SELECT llm.usp_move_artifacts('', '/new')$$, 'AL005', NULL, 'a lake has a place');
SELECT * FROM finish();
ROLLBACK;
