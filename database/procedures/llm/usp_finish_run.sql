-- Records how a run ended. p: outcome, and where known prompt_tokens, cached_tokens, completion_tokens, duration_ms,
-- cost, prompt_characters, parse_strategy, from_cache, answer_key (of the answer cache, hexadecimal), error,
-- refusals (array of {items, reason, item}); what is missing keeps its value.
-- Writes llm.run, llm.run_refusal (the given refusals replace earlier ones). AL003: no or unknown outcome, or refusals of
-- another shape; AL004: unknown run.
CREATE OR REPLACE FUNCTION llm.usp_finish_run(p_run_id uuid, p jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_refusals jsonb := coalesce(nullif(p -> 'refusals', 'null'), '[]');
BEGIN
    IF coalesce(p ->> 'outcome', '') NOT IN ('succeeded', 'parse_failed', 'schema_failed', 'truncated', 'model_failed',
            'routing_failed', 'lease_lost', 'stopped', 'abandoned') THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003',
            MESSAGE = format('run %s: outcome "%s" is none of the known ones', p_run_id, p ->> 'outcome');
    ELSIF jsonb_typeof(v_refusals) <> 'array' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = format('run %s: refusals must be an array', p_run_id);
    END IF;
    UPDATE llm.run r
       SET outcome = p ->> 'outcome', finished_at = clock_timestamp(),
           prompt_tokens = coalesce((p ->> 'prompt_tokens')::bigint, r.prompt_tokens),
           cached_tokens = coalesce((p ->> 'cached_tokens')::bigint, r.cached_tokens),
           completion_tokens = coalesce((p ->> 'completion_tokens')::bigint, r.completion_tokens),
           duration_ms = coalesce((p ->> 'duration_ms')::numeric::bigint, r.duration_ms),
           cost = coalesce((p ->> 'cost')::numeric, r.cost),
           prompt_characters = coalesce((p ->> 'prompt_characters')::bigint, r.prompt_characters),
           parse_strategy = coalesce(p ->> 'parse_strategy', r.parse_strategy),
           from_cache = coalesce((p ->> 'from_cache')::boolean, r.from_cache),
           answer_key = coalesce(decode(p ->> 'answer_key', 'hex'), r.answer_key),
           error = coalesce(nullif(p -> 'error', 'null'), r.error)
     WHERE r.run_id = p_run_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('there is no run %s', coalesce(p_run_id::text, 'null'));
    END IF;
    DELETE FROM llm.run_refusal x WHERE x.run_id = p_run_id;
    INSERT INTO llm.run_refusal (run_id, ordinal, tenant_id, items, reason, item)
    SELECT r.run_id, e.place, r.tenant_id, coalesce(e.refusal ->> 'items', ''),
           coalesce(e.refusal ->> 'reason', 'no reason given'), e.refusal -> 'item'
      FROM llm.run r CROSS JOIN jsonb_array_elements(v_refusals) WITH ORDINALITY e(refusal, place)
     WHERE r.run_id = p_run_id;
END $$;
