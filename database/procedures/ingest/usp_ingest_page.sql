-- Takes in one page: the bytes as they came and the clean text made of them.
-- The same raw bytes under the same locator give the page that they made before (is_new false); other bytes make the
-- locator's next version. p_headers is what the server said of them. Returns one row. Concurrent calls for one locator wait for one another.
-- Writes what ingest.usp_ingest_pages writes, which takes in many.
-- Errors: AL004 unknown tenant; AL005 no locator, one longer than 4000 characters, no text, or a checksum that is not
-- that of the bytes.
CREATE OR REPLACE FUNCTION ingest.usp_ingest_page(p_tenant_id integer, p_locator text, p_media_type text, p_charset text,
    p_title text, p_text text, p_raw bytea, p_raw_sha256 text, p_headers jsonb DEFAULT '{}')
RETURNS TABLE (source_page_id bigint, version integer, is_new boolean, correlation_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_taken record;
BEGIN
    SELECT t.* INTO STRICT v_taken
      FROM ingest.usp_ingest_pages(p_tenant_id, ARRAY[p_locator], ARRAY[p_media_type], ARRAY[p_charset], ARRAY[p_title], ARRAY[p_text],
                                   ARRAY[p_raw], ARRAY[p_raw_sha256], ARRAY[p_headers]) t;
    IF v_taken.fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = v_taken.fault;
    END IF;
    RETURN QUERY SELECT v_taken.source_page_id, v_taken.version, v_taken.is_new, v_taken.correlation_id;
END $$;
