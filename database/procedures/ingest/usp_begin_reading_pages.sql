-- Enqueues the routine job types (llm.vw_routine_job_type) that come after nothing for each of some pages (a type for chunks: for each chunk that a page
-- has), with the pages' correlation ids. Again costs nothing: their dedupe keys are known. Returns how many were new.
-- Writes what llm.usp_enqueue_many writes. AL004: unknown page.
CREATE OR REPLACE FUNCTION ingest.usp_begin_reading_pages(p_source_page_ids bigint[]) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off AS $$
DECLARE
    v_missing bigint;
    v_kind record;
    v_new integer;
    v_total integer := 0;
BEGIN
    SELECT i INTO v_missing FROM unnest(p_source_page_ids) i WHERE NOT EXISTS (SELECT FROM sem.source_page p WHERE p.source_page_id = i) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('there is no page %s', coalesce(v_missing::text, 'null'));
    END IF;
    FOR v_kind IN
        SELECT p.tenant_id, t.job_type, t.contract_version, array_agg(p.source_page_id ORDER BY p.source_page_id, c.chunk_index) AS pages,
               array_agg(c.chunk_id ORDER BY p.source_page_id, c.chunk_index) AS chunks,
               array_agg(p.correlation_id ORDER BY p.source_page_id, c.chunk_index) AS correlations,
               array_agg(llm.fn_dedupe_key(t.job_type, t.contract_version, p.locator, coalesce(c.content_sha256, p.content_sha256),
                                           coalesce(c.occurrence, 0)) ORDER BY p.source_page_id, c.chunk_index) AS keys
          FROM sem.source_page p
          JOIN llm.vw_routine_job_type t ON t.after_job_type IS NULL
          LEFT JOIN vector.chunk c ON t.unit = 'chunk' AND c.source_page_id = p.source_page_id AND c.is_current
         WHERE p.source_page_id = ANY (p_source_page_ids) AND (t.unit = 'page' OR c.chunk_id IS NOT NULL)
         GROUP BY p.tenant_id, t.job_type, t.contract_version ORDER BY 1, 2, 3
    LOOP
        SELECT count(*) FILTER (WHERE e.is_new) INTO v_new
          FROM llm.usp_enqueue_many(v_kind.tenant_id, v_kind.job_type, v_kind.contract_version, NULL, v_kind.pages, v_kind.chunks,
                                    v_kind.keys, NULL, NULL, v_kind.correlations) e;
        v_total := v_total + v_new;
    END LOOP;
    RETURN v_total;
END $$;
