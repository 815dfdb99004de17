-- Answers of models that were complete and lawful, by the question: asked again, it costs nothing.
CREATE TABLE llm.answer_cache (
    answer_key        bytea PRIMARY KEY CHECK (octet_length(answer_key) = 32),
    model             text NOT NULL,
    content           text NOT NULL,
    prompt_tokens     bigint NOT NULL CHECK (prompt_tokens >= 0),
    completion_tokens bigint NOT NULL CHECK (completion_tokens >= 0),
    kept_at           timestamptz NOT NULL
);
COMMENT ON TABLE llm.answer_cache IS 'of all tenants: an answer depends on nothing but the question';
COMMENT ON COLUMN llm.answer_cache.answer_key IS 'SHA-256 of model, endpoint, prompt, schema and parameters';
CREATE INDEX answer_cache_kept_at ON llm.answer_cache (kept_at);

ALTER TABLE llm.run ADD from_cache boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN llm.run.from_cache IS 'no model was asked: the answer is that of an earlier run to the same question';
