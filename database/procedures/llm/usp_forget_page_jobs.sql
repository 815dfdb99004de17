-- Takes out of the queue what concerns a page: waiting and running jobs (a runner loses its lease and its output is
-- refused), dead letters, the keys by which its work is known (so that a later ingest is worked on again), what its runs'
-- answers said, kept answers and places of artifacts. Runs and the history stay, for the account.
-- OUT jobs: how many waited, ran or were dead; answers: kept answers; artifacts: the folders of its runs, for the caller to remove.
-- Writes llm.job, llm.job_dead_letter, llm.job_dedupe_key, llm.run, llm.run_refusal, llm.answer_cache.
CREATE OR REPLACE FUNCTION llm.usp_forget_page_jobs(p_tenant_id integer, p_source_page_id bigint,
    OUT jobs integer, OUT answers integer, OUT artifacts text[])
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_keys text[];
    v_dead integer;
BEGIN
    v_keys := ARRAY(
        SELECT j.dedupe_key FROM llm.job j WHERE j.source_page_id = p_source_page_id AND j.dedupe_key IS NOT NULL
        UNION SELECT h.dedupe_key FROM llm.job_history h WHERE h.source_page_id = p_source_page_id AND h.dedupe_key IS NOT NULL
        UNION SELECT d.dedupe_key FROM llm.job_dead_letter d WHERE d.source_page_id = p_source_page_id AND d.dedupe_key IS NOT NULL
        UNION -- of jobs whose history was pruned
        SELECT llm.fn_dedupe_key(t.job_type, t.contract_version, p.locator, coalesce(c.content_sha256, p.content_sha256), coalesce(c.occurrence, 0))
          FROM sem.source_page p CROSS JOIN llm.job_type t
          LEFT JOIN vector.chunk c ON t.unit = 'chunk' AND c.source_page_id = p.source_page_id
         WHERE p.source_page_id = p_source_page_id AND p.tenant_id = p_tenant_id);
    WITH locked AS MATERIALIZED (
        SELECT j.job_id FROM llm.job j WHERE j.source_page_id = p_source_page_id AND j.tenant_id = p_tenant_id ORDER BY j.job_id FOR UPDATE)
    DELETE FROM llm.job j USING locked l WHERE j.job_id = l.job_id;
    GET DIAGNOSTICS jobs = ROW_COUNT;
    DELETE FROM llm.job_dead_letter d WHERE d.source_page_id = p_source_page_id AND d.tenant_id = p_tenant_id;
    GET DIAGNOSTICS v_dead = ROW_COUNT;
    jobs := jobs + v_dead;
    -- A key that another version of the page has work under stays.
    DELETE FROM llm.job_dedupe_key k
     WHERE k.tenant_id = p_tenant_id AND k.dedupe_key = ANY (v_keys)
       AND NOT EXISTS (SELECT FROM llm.job j WHERE j.job_id = k.job_id)
       AND NOT EXISTS (SELECT FROM llm.job_dead_letter d WHERE d.job_id = k.job_id)
       AND NOT EXISTS (SELECT FROM llm.job_history h WHERE h.job_id = k.job_id AND h.source_page_id <> p_source_page_id);

    artifacts := ARRAY(SELECT r.artifact FROM llm.run r
                        WHERE r.source_page_id = p_source_page_id AND r.tenant_id = p_tenant_id AND r.artifact IS NOT NULL ORDER BY 1);
    DELETE FROM llm.answer_cache a USING llm.run r
     WHERE r.source_page_id = p_source_page_id AND r.tenant_id = p_tenant_id AND a.answer_key = r.answer_key;
    GET DIAGNOSTICS answers = ROW_COUNT;
    DELETE FROM llm.run_refusal f USING llm.run r
     WHERE r.source_page_id = p_source_page_id AND r.tenant_id = p_tenant_id AND f.run_id = r.run_id;
    UPDATE llm.run r SET artifact = NULL, answer_key = NULL, error = NULL
     WHERE r.source_page_id = p_source_page_id AND r.tenant_id = p_tenant_id
       AND (r.artifact IS NOT NULL OR r.answer_key IS NOT NULL OR r.error IS NOT NULL);
END $$;
