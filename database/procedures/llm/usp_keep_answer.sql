-- Keeps a model's answer under p_answer_key (64 hexadecimal digits), in the place of an older one, so that the same question
-- need not be asked again. To be called for answers that were complete and lawful only.
-- Writes llm.answer_cache. AL005: the key is none, or tokens below zero.
CREATE OR REPLACE FUNCTION llm.usp_keep_answer(p_answer_key text, p_model text, p_content text, p_prompt_tokens bigint,
    p_completion_tokens bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF p_prompt_tokens < 0 OR p_completion_tokens < 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'tokens must not be below zero';
    END IF;
    INSERT INTO llm.answer_cache AS a (answer_key, model, content, prompt_tokens, completion_tokens, kept_at)
    VALUES (llm.fn_answer_key(p_answer_key), p_model, p_content, p_prompt_tokens, p_completion_tokens, clock_timestamp())
    ON CONFLICT (answer_key) DO UPDATE
       SET model = EXCLUDED.model, content = EXCLUDED.content, prompt_tokens = EXCLUDED.prompt_tokens,
           completion_tokens = EXCLUDED.completion_tokens, kept_at = EXCLUDED.kept_at;
END $$;
