-- Takes in many pages in one go: the arrays belong together by place; see ingest.usp_ingest_page for what each holds. A page at
-- fault has its sentence in `fault` and no page; the others are taken in. Pages of one locator become its versions in their order;
-- the same bytes twice are one page. Locators are locked in their order, so callers wait for one another and do not deadlock.
-- Returns a row for each, by place (from 1). Writes ingest.source, ingest.work_item, ingest.ingest_record, sem.source_page.
-- Errors: AL004 unknown tenant; AL005 arrays of unequal length.
CREATE OR REPLACE FUNCTION ingest.usp_ingest_pages(p_tenant_id integer, p_locators text[], p_media_types text[], p_charsets text[],
    p_titles text[], p_texts text[], p_raws bytea[], p_raw_sha256s text[], p_headers jsonb[])
RETURNS TABLE (ordinal integer, source_page_id bigint, version integer, is_new boolean, correlation_id uuid, fault text)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_faults text[];
    v_keys text[];
    v_refused_keys text[];
    v_known_places integer[];
    v_known_items bigint[];
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    IF EXISTS (SELECT FROM unnest(ARRAY[cardinality(p_media_types), cardinality(p_charsets), cardinality(p_titles), cardinality(p_texts),
                   cardinality(p_raws), cardinality(p_raw_sha256s), cardinality(p_headers)]) n WHERE n IS DISTINCT FROM cardinality(p_locators)) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'the arrays of pages to take in are of unequal length';
    END IF;
    SELECT array_agg(CASE
               WHEN coalesce(a.locator, '') = '' OR length(a.locator) > 4000 THEN 'a page''s locator must have 1 to 4000 characters'
               WHEN coalesce(a.text, '') = '' THEN format('page %s has no text', left(a.locator, 200))
               WHEN coalesce(a.sha256, '') !~ '^[0-9a-f]{64}$' OR encode(sha256(a.raw), 'hex') <> a.sha256
                   THEN format('page %s: raw_sha256 is not the SHA-256 of its bytes', left(a.locator, 200)) END ORDER BY a.place),
           array_agg(encode(sha256(convert_to(a.locator || E'\n' || a.sha256, 'UTF8')), 'hex') ORDER BY a.place),
           array_agg(ingest.fn_refused_key(a.locator) ORDER BY a.place)
      INTO v_faults, v_keys, v_refused_keys
      FROM ROWS FROM (unnest(p_locators), unnest(p_texts), unnest(p_raws), unnest(p_raw_sha256s)) WITH ORDINALITY
        AS a(locator, text, raw, sha256, place);

    INSERT INTO ingest.source (tenant_id, locator, last_version)
    SELECT p_tenant_id, l.locator, 0
      FROM (SELECT DISTINCT a.locator FROM unnest(p_locators, v_faults) a(locator, fault) WHERE a.fault IS NULL) l ORDER BY l.locator COLLATE "C"
    ON CONFLICT (tenant_id, locator_hash) DO NOTHING;
    PERFORM FROM ingest.source s
      WHERE s.tenant_id = p_tenant_id AND s.locator_hash IN (SELECT md5(a.locator)::uuid FROM unnest(p_locators, v_faults) a(locator, fault)
                                                             WHERE a.fault IS NULL)
      ORDER BY s.locator COLLATE "C" FOR UPDATE;

    -- A new statement, which also sees what others committed while this one waited.
    SELECT array_agg(a.place::integer), array_agg(w.work_item_id) INTO v_known_places, v_known_items
      FROM unnest(v_keys, v_faults) WITH ORDINALITY a(key, fault, place)
      JOIN ingest.work_item w ON w.tenant_id = p_tenant_id AND w.dedupe_key = a.key
     WHERE a.fault IS NULL;
    IF v_known_places IS NOT NULL THEN
        DELETE FROM ingest.work_item w
         WHERE w.tenant_id = p_tenant_id AND w.dedupe_key IN (SELECT v_refused_keys[k] FROM unnest(v_known_places) k);
        UPDATE ingest.work_item w SET attempted_at = v_now
          FROM unnest(v_known_places, v_known_items) k(place, work_item_id)
         WHERE w.work_item_id = k.work_item_id AND w.tenant_id = p_tenant_id AND p_headers[k.place] <> '{}';
        UPDATE ingest.ingest_record r SET headers = p_headers[k.place]
          FROM unnest(v_known_places, v_known_items) k(place, work_item_id)
         WHERE r.work_item_id = k.work_item_id AND r.tenant_id = p_tenant_id AND p_headers[k.place] <> '{}' AND r.headers <> p_headers[k.place];
    END IF;

    RETURN QUERY
    WITH asked AS MATERIALIZED (
        SELECT a.*, k.work_item_id FROM ROWS FROM (unnest(p_locators), unnest(v_keys), unnest(v_refused_keys), unnest(v_faults),
                                                   unnest(p_raw_sha256s), generate_subscripts(p_locators, 1))
            AS a(locator, key, refused_key, fault, sha256, place)
          LEFT JOIN unnest(v_known_places, v_known_items) k(place, work_item_id) USING (place)
    ), lead AS (
        SELECT DISTINCT ON (a.key) a.* FROM asked a WHERE a.fault IS NULL AND a.work_item_id IS NULL ORDER BY a.key, a.place
    ), fresh AS MATERIALIZED (
        SELECT l.place, l.locator, l.key, l.refused_key, l.sha256, s.source_id,
               s.last_version + (row_number() OVER of_source)::integer AS version, row_number() OVER of_source = 1 AS is_first,
               (count(*) OVER (PARTITION BY s.source_id))::integer AS versions, gen_random_uuid() AS correlation_id,
               nextval(pg_get_serial_sequence('ingest.work_item', 'work_item_id')) AS work_item_id,
               nextval(pg_get_serial_sequence('ingest.ingest_record', 'ingest_record_id')) AS record_id,
               nextval(pg_get_serial_sequence('sem.source_page', 'source_page_id')) AS page_id
          FROM lead l JOIN ingest.source s ON s.tenant_id = p_tenant_id AND s.locator_hash = md5(l.locator)::uuid
        WINDOW of_source AS (PARTITION BY s.source_id ORDER BY l.place)
    ), bumped AS (
        UPDATE ingest.source s SET last_version = s.last_version + f.versions FROM fresh f
         WHERE f.is_first AND s.source_id = f.source_id AND s.tenant_id = p_tenant_id
    ), risen AS (
        UPDATE ingest.work_item w SET dedupe_key = f.key, correlation_id = f.correlation_id, state = 'taken_in', reason = NULL,
               attempts = w.attempts + 1, attempted_at = v_now
          FROM fresh f WHERE f.is_first AND w.tenant_id = p_tenant_id AND w.dedupe_key = f.refused_key
        RETURNING w.work_item_id, f.place
    ), items AS (
        INSERT INTO ingest.work_item (work_item_id, tenant_id, source_id, dedupe_key, locator, correlation_id, attempted_at)
        SELECT f.work_item_id, p_tenant_id, f.source_id, f.key, f.locator, f.correlation_id, v_now
          FROM fresh f WHERE f.place NOT IN (SELECT r.place FROM risen r) ORDER BY f.place
    ), records AS (
        INSERT INTO ingest.ingest_record (ingest_record_id, tenant_id, work_item_id, media_type, charset, raw, raw_sha256, headers)
        SELECT f.record_id, p_tenant_id, coalesce(r.work_item_id, f.work_item_id), c.media_type, c.charset, c.raw, f.sha256, coalesce(c.headers, '{}')
          FROM fresh f JOIN ROWS FROM (unnest(p_media_types), unnest(p_charsets), unnest(p_raws), unnest(p_headers), generate_subscripts(p_locators, 1))
            AS c(media_type, charset, raw, headers, place) USING (place)
          LEFT JOIN risen r USING (place) ORDER BY f.place
    ), pages AS (
        INSERT INTO sem.source_page (source_page_id, tenant_id, ingest_record_id, source_id, locator, title, text, text_length,
                                     content_sha256, version, correlation_id)
        SELECT f.page_id, p_tenant_id, f.record_id, f.source_id, f.locator, coalesce(c.title, ''), c.text, length(c.text),
               encode(sha256(convert_to(c.text, 'UTF8')), 'hex'), f.version, f.correlation_id
          FROM fresh f JOIN ROWS FROM (unnest(p_titles), unnest(p_texts), generate_subscripts(p_locators, 1)) AS c(title, text, place) USING (place)
         ORDER BY f.place
    )
    SELECT a.place, coalesce(p.source_page_id, f.page_id), coalesce(p.version, f.version), f.place IS NOT DISTINCT FROM a.place,
           coalesce(p.correlation_id, f.correlation_id), a.fault
      FROM asked a
      LEFT JOIN fresh f ON a.fault IS NULL AND f.key = a.key
      LEFT JOIN ingest.ingest_record r ON r.work_item_id = a.work_item_id AND r.tenant_id = p_tenant_id
      LEFT JOIN sem.source_page p ON p.ingest_record_id = r.ingest_record_id AND p.tenant_id = p_tenant_id
     ORDER BY a.place;
END $$;
