-- The answer that is kept under p_answer_key (64 hexadecimal digits) and is at most p_days old; no row: none.
-- Writes nothing. AL005: the key is none.
CREATE OR REPLACE FUNCTION llm.fn_find_answer(p_answer_key text, p_days integer)
RETURNS TABLE (model text, content text, prompt_tokens bigint, completion_tokens bigint)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT a.model, a.content, a.prompt_tokens, a.completion_tokens
      FROM llm.answer_cache a
     WHERE a.answer_key = llm.fn_answer_key(p_answer_key) AND a.kept_at > clock_timestamp() - make_interval(days => p_days)
$$;
