-- What calls to a model have taken, a row a job type, from the newest runs (2000 at most a tenant) that a model answered
-- and the jobs of the newest 200 of their pages. p_tenant_id: null = any. jobs: finished ones, of which asked_calls were
-- calls (a job with nothing to ask about makes none, a repeated one several); content_tokens: of the chunks asked about, 0
-- for questions about pages; answered_characters: of the prompts whose length is known, which took
-- answered_prompt_tokens. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_usual_calls(p_tenant_id integer, p_model text)
RETURNS TABLE (job_type text, calls bigint, prompt_tokens bigint, cached_tokens bigint, completion_tokens bigint,
    duration_ms bigint, content_tokens bigint, answered_characters bigint, answered_prompt_tokens bigint, jobs bigint,
    asked_calls bigint)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH sample AS MATERIALIZED (
        SELECT r.* FROM llm.tenant t CROSS JOIN LATERAL (
            SELECT x.* FROM llm.run x
             WHERE x.tenant_id = t.tenant_id AND x.model = p_model AND NOT x.from_cache AND x.prompt_tokens > 0
             ORDER BY x.started_at DESC LIMIT 2000) r
         WHERE p_tenant_id IS NULL OR t.tenant_id = p_tenant_id
    ), page AS (
        SELECT s.source_page_id FROM sample s WHERE s.source_page_id IS NOT NULL
         GROUP BY s.source_page_id ORDER BY max(s.started_at) DESC LIMIT 200
    ), done AS (
        SELECT h.job_type, count(*) AS jobs, sum(CASE WHEN h.run_id IS NULL THEN 0 ELSE h.attempts END) AS asked_calls
          FROM page p JOIN llm.job_history h ON h.source_page_id = p.source_page_id GROUP BY h.job_type
    )
    SELECT s.job_type, count(*), sum(s.prompt_tokens)::bigint, sum(coalesce(s.cached_tokens, 0))::bigint,
           sum(coalesce(s.completion_tokens, 0))::bigint, sum(coalesce(s.duration_ms, 0))::bigint,
           coalesce(sum(c.token_count), 0)::bigint, coalesce(sum(s.prompt_characters), 0)::bigint,
           coalesce(sum(s.prompt_tokens) FILTER (WHERE s.prompt_characters IS NOT NULL), 0)::bigint,
           coalesce(max(d.jobs), 0)::bigint, coalesce(max(d.asked_calls), 0)::bigint
      FROM sample s
      LEFT JOIN vector.chunk c ON c.chunk_id = s.chunk_id
      LEFT JOIN done d ON d.job_type = s.job_type
     GROUP BY s.job_type
$$;
