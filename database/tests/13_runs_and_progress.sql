BEGIN;
SELECT plan(12);
CREATE TEMP TABLE c AS SELECT tap.chunks(1, 'progress', 'First passage.', 'Second passage.') AS ids;
CREATE TEMP TABLE p AS SELECT source_page_id AS page_id FROM vector.chunk WHERE chunk_id = (SELECT ids[1] FROM c);
DELETE FROM llm.job;
CREATE TEMP TABLE e AS SELECT tap.job('entity_extraction', page_id, ids[1]) AS job_id FROM p, c;
SELECT is((SELECT (chunks, chunks_done)::text FROM p, llm.fn_chunk_progress(1, ARRAY[page_id])), '(2,1)', 'a chunk is done when no job waits for it');
SELECT is((SELECT (chunks, chunks_done)::text FROM p, llm.fn_chunk_progress(NULL, ARRAY[page_id])), '(2,1)', 'no tenant means any');
SELECT ok(llm.fn_anything_left(NULL, NULL, NULL), 'there is something left for a drain');

CREATE TEMP TABLE r AS SELECT gen_random_uuid() AS run_id;
SELECT is((SELECT llm.usp_start_run(run_id, job_id, 'm', 'w', '/lake/x')::text FROM r, e), '', 'a run starts for a live job');
SELECT throws_ok($$SELECT llm.usp_start_run(gen_random_uuid(), -1, 'm', 'w', '')$$, 'AL004', NULL, 'and for no other');
SELECT is((SELECT (job_id, chunk_id, correlation_id IS NOT NULL, attempt)::text FROM llm.run JOIN r USING (run_id)),
    (SELECT format('(%s,%s,t,0)', job_id, ids[1]) FROM e, c), 'it knows job, chunk, correlation and attempt');
SELECT throws_ok($$SELECT llm.usp_finish_run(run_id, '{"outcome": "fine"}') FROM r$$, 'AL003', NULL, 'an unknown outcome is refused');
SELECT throws_ok($$SELECT llm.usp_finish_run(gen_random_uuid(), '{"outcome": "succeeded"}')$$, 'AL004', NULL, 'so is an unknown run');
SELECT is((SELECT llm.usp_finish_run(run_id, '{"outcome": "succeeded", "prompt_tokens": 7, "completion_tokens": 3,
    "refusals": [{"items": "entities", "reason": "name not in the passage", "item": {"name": "Nobody"}}]}')::text FROM r), '', 'a run ends');
SELECT is((SELECT (outcome, prompt_tokens, completion_tokens)::text FROM llm.run JOIN r USING (run_id)), '(succeeded,7,3)', 'with outcome and tokens');
SELECT is((SELECT reason || ' ' || item FROM llm.run_refusal JOIN r USING (run_id)), 'name not in the passage {"name": "Nobody"}', 'and with what was refused');
SELECT is((SELECT dbo.fn_run_summary(1, ARRAY[page_id]) -> 'refusals' FROM p), '[{"count": 1, "reason": "name not in the passage"}]'::jsonb, 'which the summary counts');
SELECT * FROM finish();
ROLLBACK;
