-- Enqueues the active job types that come after nothing for a page, with the page's correlation id.
-- Again costs nothing: their dedupe keys are known. Returns how many were new.
-- Writes what ingest.usp_begin_reading_pages writes. AL004: unknown page.
CREATE OR REPLACE FUNCTION ingest.usp_begin_reading(p_source_page_id bigint) RETURNS integer
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT ingest.usp_begin_reading_pages(ARRAY[p_source_page_id])
$$;
