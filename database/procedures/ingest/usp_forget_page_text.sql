-- Takes a page itself away: chunks, classification, text, raw bytes, and its source where no other version of it is left, with
-- refused attempts to take it in and the redirects that stood there. An earlier version is the newest again.
-- Returns how many chunks went. Writes vector.chunk, vector.source_registry, sem.page_classification, sem.source_page,
-- ingest.ingest_record, ingest.work_item, ingest.source, ingest.redirect. The caller holds the locks of source and page.
CREATE OR REPLACE FUNCTION ingest.usp_forget_page_text(p_tenant_id integer, p_source_page_id bigint) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_page sem.source_page;
    v_work_item_id bigint;
    v_chunks integer;
    v_left integer;
BEGIN
    DELETE FROM vector.source_registry r WHERE r.source_page_id = p_source_page_id AND r.tenant_id = p_tenant_id;
    DELETE FROM vector.chunk c WHERE c.source_page_id = p_source_page_id AND c.tenant_id = p_tenant_id;
    GET DIAGNOSTICS v_chunks = ROW_COUNT;
    DELETE FROM sem.page_classification c WHERE c.source_page_id = p_source_page_id AND c.tenant_id = p_tenant_id;
    DELETE FROM sem.source_page p WHERE p.source_page_id = p_source_page_id AND p.tenant_id = p_tenant_id RETURNING p.* INTO v_page;
    DELETE FROM ingest.ingest_record r
     WHERE r.ingest_record_id = v_page.ingest_record_id AND r.tenant_id = p_tenant_id RETURNING r.work_item_id INTO v_work_item_id;
    DELETE FROM ingest.work_item w WHERE w.work_item_id = v_work_item_id AND w.tenant_id = p_tenant_id;
    SELECT max(p.version) INTO v_left FROM sem.source_page p WHERE p.source_id = v_page.source_id AND p.tenant_id = p_tenant_id;
    IF v_left IS NOT NULL THEN
        UPDATE ingest.source s SET last_version = v_left WHERE s.source_id = v_page.source_id AND s.tenant_id = p_tenant_id AND s.last_version <> v_left;
    ELSE
        DELETE FROM ingest.work_item w WHERE w.source_id = v_page.source_id AND w.tenant_id = p_tenant_id;
        DELETE FROM ingest.source s WHERE s.source_id = v_page.source_id AND s.tenant_id = p_tenant_id;
        DELETE FROM ingest.redirect r WHERE r.tenant_id = p_tenant_id AND r.locator_hash = md5(v_page.locator)::uuid;
    END IF;
    RETURN v_chunks;
END $$;
