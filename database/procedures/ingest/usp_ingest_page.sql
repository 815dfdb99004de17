-- Takes in one page: the bytes as they came and the clean text made of them.
-- The same raw bytes under the same locator give the page that they made before (is_new false); other bytes make the
-- locator's next version. p_headers is what the server said of them. Returns one row. Concurrent calls for one locator wait for one another.
-- Writes ingest.source, ingest.work_item, ingest.ingest_record, sem.source_page.
-- Errors: AL004 unknown tenant; AL005 no locator, one longer than 4000 characters, no text, or a checksum that is not
-- that of the bytes.
CREATE OR REPLACE FUNCTION ingest.usp_ingest_page(p_tenant_id integer, p_locator text, p_media_type text, p_charset text,
    p_title text, p_text text, p_raw bytea, p_raw_sha256 text, p_headers jsonb DEFAULT '{}')
RETURNS TABLE (source_page_id bigint, version integer, is_new boolean, correlation_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_source ingest.source;
    v_work_item_id bigint;
    v_record_id bigint;
    v_correlation uuid := gen_random_uuid();
    v_key text;
    v_refused_key text := ingest.fn_refused_key(p_locator);
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    IF coalesce(p_locator, '') = '' OR length(p_locator) > 4000 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'a page''s locator must have 1 to 4000 characters';
    ELSIF coalesce(p_text, '') = '' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('page %s has no text', left(p_locator, 200));
    ELSIF coalesce(p_raw_sha256, '') !~ '^[0-9a-f]{64}$'
          OR encode(sha256(p_raw), 'hex') IS DISTINCT FROM coalesce(p_raw_sha256, '') AND p_raw IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005',
            MESSAGE = format('page %s: raw_sha256 is not the SHA-256 of its bytes', left(p_locator, 200));
    END IF;

    INSERT INTO ingest.source (tenant_id, locator, last_version) VALUES (p_tenant_id, p_locator, 0)
    ON CONFLICT (tenant_id, locator_hash) DO NOTHING;
    SELECT s.* INTO STRICT v_source FROM ingest.source s
     WHERE s.tenant_id = p_tenant_id AND s.locator_hash = md5(p_locator)::uuid FOR UPDATE;

    v_key := encode(sha256(convert_to(p_locator || E'\n' || p_raw_sha256, 'UTF8')), 'hex');
    RETURN QUERY
    SELECT p.source_page_id, p.version, false, p.correlation_id
      FROM ingest.work_item w
      JOIN ingest.ingest_record r ON r.work_item_id = w.work_item_id AND r.tenant_id = w.tenant_id
      JOIN sem.source_page p ON p.ingest_record_id = r.ingest_record_id AND p.tenant_id = r.tenant_id
     WHERE w.tenant_id = p_tenant_id AND w.dedupe_key = v_key;
    IF FOUND THEN
        DELETE FROM ingest.work_item w WHERE w.tenant_id = p_tenant_id AND w.dedupe_key = v_refused_key;
        IF p_headers <> '{}' THEN
            UPDATE ingest.work_item w SET attempted_at = clock_timestamp()
             WHERE w.tenant_id = p_tenant_id AND w.dedupe_key = v_key RETURNING w.work_item_id INTO v_work_item_id;
            UPDATE ingest.ingest_record r SET headers = p_headers
             WHERE r.work_item_id = v_work_item_id AND r.tenant_id = p_tenant_id AND r.headers <> p_headers;
        END IF;
        RETURN;
    END IF;

    UPDATE ingest.source s SET last_version = s.last_version + 1 WHERE s.source_id = v_source.source_id
    RETURNING s.* INTO v_source;
    UPDATE ingest.work_item w SET dedupe_key = v_key, correlation_id = v_correlation, state = 'taken_in', reason = NULL,
           attempts = w.attempts + 1, attempted_at = clock_timestamp()
     WHERE w.tenant_id = p_tenant_id AND w.dedupe_key = v_refused_key RETURNING w.work_item_id INTO v_work_item_id;
    IF NOT FOUND THEN
        INSERT INTO ingest.work_item AS w (tenant_id, source_id, dedupe_key, locator, correlation_id, attempted_at)
        VALUES (p_tenant_id, v_source.source_id, v_key, p_locator, v_correlation, clock_timestamp())
        RETURNING w.work_item_id INTO v_work_item_id;
    END IF;
    INSERT INTO ingest.ingest_record AS r (tenant_id, work_item_id, media_type, charset, raw, raw_sha256, headers)
    VALUES (p_tenant_id, v_work_item_id, p_media_type, p_charset, p_raw, p_raw_sha256, coalesce(p_headers, '{}'))
    RETURNING r.ingest_record_id INTO v_record_id;
    RETURN QUERY
    INSERT INTO sem.source_page AS p (tenant_id, ingest_record_id, source_id, locator, title, text, text_length,
                                      content_sha256, version, correlation_id)
    VALUES (p_tenant_id, v_record_id, v_source.source_id, p_locator, coalesce(p_title, ''), p_text, length(p_text),
            encode(sha256(convert_to(p_text, 'UTF8')), 'hex'), v_source.last_version, v_correlation)
    RETURNING p.source_page_id, p.version, true, p.correlation_id;
END $$;
