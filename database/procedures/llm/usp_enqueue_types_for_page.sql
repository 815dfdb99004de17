-- Enqueues what is to be done with a page, or with one chunk of it: for each active type that comes after
-- p_after_job_type (null: types that come after nothing) one job for the page, or one for each chunk, as its unit says.
-- Types that are registered as on_demand are left out: they are enqueued by name.
-- p_chunk_id: the chunk that the finished job was about; null: chunk types get every chunk of the page.
-- Returns how many were new. Writes what llm.usp_enqueue_jobs writes. AL004: unknown page.
CREATE OR REPLACE FUNCTION llm.usp_enqueue_types_for_page(p_source_page_id bigint, p_chunk_id bigint,
    p_after_job_type text, p_correlation_id uuid) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_jobs jsonb;
    v_new integer;
BEGIN
    IF NOT EXISTS (SELECT FROM sem.source_page p WHERE p.source_page_id = p_source_page_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004',
            MESSAGE = format('there is no page %s', coalesce(p_source_page_id::text, 'null'));
    END IF;
    SELECT jsonb_agg(jsonb_build_object(
               'tenant_id', p.tenant_id, 'job_type', t.job_type, 'contract_version', t.contract_version,
               'source_page_id', p.source_page_id, 'chunk_id', c.chunk_id, 'correlation_id', p_correlation_id,
               'dedupe_key', llm.fn_dedupe_key(t.job_type, t.contract_version, p.locator,
                    coalesce(c.content_sha256, p.content_sha256), coalesce(c.occurrence, 0)))
               ORDER BY c.chunk_index NULLS FIRST, t.job_type)
      INTO v_jobs
      FROM sem.source_page p
      JOIN llm.vw_routine_job_type t ON t.after_job_type IS NOT DISTINCT FROM p_after_job_type
      LEFT JOIN vector.chunk c ON t.unit = 'chunk' AND c.source_page_id = p.source_page_id
           AND CASE WHEN p_chunk_id IS NULL THEN c.is_current ELSE c.chunk_id = p_chunk_id END
     WHERE p.source_page_id = p_source_page_id AND (t.unit = 'page' OR c.chunk_id IS NOT NULL);
    IF v_jobs IS NULL THEN
        RETURN 0;
    END IF;
    SELECT count(*) FILTER (WHERE e.is_new) INTO v_new FROM llm.usp_enqueue_jobs(v_jobs) e;
    RETURN v_new;
END $$;
