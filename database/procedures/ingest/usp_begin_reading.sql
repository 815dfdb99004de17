-- Enqueues the active job types that come after nothing for a page, with the page's correlation id.
-- Again costs nothing: their dedupe keys are known. Returns how many were new.
-- Writes what llm.usp_enqueue_jobs writes. AL004: unknown page.
CREATE OR REPLACE FUNCTION ingest.usp_begin_reading(p_source_page_id bigint) RETURNS integer
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT llm.usp_enqueue_types_for_page(p_source_page_id, NULL, NULL,
        (SELECT p.correlation_id FROM sem.source_page p WHERE p.source_page_id = p_source_page_id))
$$;
