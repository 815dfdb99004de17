-- Takes in many pages in one go: the arrays belong together by place; see ingest.usp_ingest_page for what each holds. A page at
-- fault has its sentence in `fault` and no page; the others are taken in. Pages of one locator become its versions in their order;
-- the same bytes twice are one page. Locators are locked in their order, so callers wait for one another and do not deadlock.
-- Returns a row for each, by place (from 1). Writes ingest.source, ingest.work_item, ingest.ingest_record, sem.source_page.
-- Errors: AL004 unknown tenant; AL005 arrays of unequal length.
CREATE OR REPLACE FUNCTION ingest.usp_ingest_pages(p_tenant_id integer, p_locators text[], p_media_types text[], p_charsets text[],
    p_titles text[], p_texts text[], p_raws bytea[], p_raw_sha256s text[], p_headers jsonb[])
RETURNS TABLE (ordinal integer, source_page_id bigint, version integer, is_new boolean, correlation_id uuid, fault text)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off
SET plan_cache_mode = force_custom_plan AS $$  -- a plan for arrays of unknown length would loop over all pairs
DECLARE
    v_now timestamptz := clock_timestamp();
    -- Of each page, by place. Joins between them would be planned for one row and be quadratic.
    v_faults text[];
    v_keys text[];
    v_refused_keys text[];
    v_leads integer[];          -- the first place of the same bytes under the same locator
    v_sources bigint[];
    v_versions integer[];
    v_correlations uuid[];
    v_items bigint[];
    v_records bigint[];
    v_pages bigint[];
    v_made_sources bigint[];
    v_known_places integer[];
    v_known_items bigint[];
    v_risen_places integer[];
    v_risen_items bigint[];
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    IF EXISTS (SELECT FROM unnest(ARRAY[cardinality(p_media_types), cardinality(p_charsets), cardinality(p_titles), cardinality(p_texts),
                   cardinality(p_raws), cardinality(p_raw_sha256s), cardinality(p_headers)]) n WHERE n IS DISTINCT FROM cardinality(p_locators)) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'the arrays of pages to take in are of unequal length';
    END IF;
    SELECT array_agg(p.fault ORDER BY p.place), array_agg(p.key ORDER BY p.place), array_agg(p.refused_key ORDER BY p.place),
           array_agg(p.lead ORDER BY p.place)
      INTO v_faults, v_keys, v_refused_keys, v_leads
      FROM (SELECT a.*, CASE WHEN a.fault IS NULL THEN (min(a.place) FILTER (WHERE a.fault IS NULL) OVER (PARTITION BY a.key))::integer END AS lead
              FROM (SELECT a.place, ingest.fn_refused_key(a.locator) AS refused_key,
                           encode(sha256(convert_to(a.locator || E'\n' || a.sha256, 'UTF8')), 'hex') AS key,
                           CASE WHEN coalesce(a.locator, '') = '' OR length(a.locator) > 4000 THEN 'a page''s locator must have 1 to 4000 characters'
                                WHEN coalesce(a.text, '') = '' THEN format('page %s has no text', left(a.locator, 200))
                                WHEN coalesce(a.sha256, '') !~ '^[0-9a-f]{64}$' OR encode(sha256(a.raw), 'hex') <> a.sha256
                                    THEN format('page %s: raw_sha256 is not the SHA-256 of its bytes', left(a.locator, 200)) END AS fault
                      FROM ROWS FROM (unnest(p_locators), unnest(p_texts), unnest(p_raws), unnest(p_raw_sha256s)) WITH ORDINALITY
                        AS a(locator, text, raw, sha256, place)) a) p;

    -- A locator that is new has only these versions.
    WITH made AS (
        INSERT INTO ingest.source AS s (tenant_id, locator, last_version)
        SELECT p_tenant_id, a.locator, count(DISTINCT a.key) FROM unnest(p_locators, v_keys, v_faults) a(locator, key, fault)
         WHERE a.fault IS NULL GROUP BY a.locator ORDER BY a.locator COLLATE "C"
        ON CONFLICT (tenant_id, locator_hash) DO NOTHING
        RETURNING s.source_id)
    SELECT coalesce(array_agg(m.source_id), '{}') INTO v_made_sources FROM made m;

    IF cardinality(v_made_sources) < (SELECT count(DISTINCT a.locator) FROM unnest(p_locators, v_faults) a(locator, fault) WHERE a.fault IS NULL) THEN
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
    END IF;

    SELECT array_agg(f.source_id ORDER BY f.place), array_agg(f.version ORDER BY f.place), array_agg(f.correlation_id ORDER BY f.place),
           array_agg(f.item_id ORDER BY f.place), array_agg(f.record_id ORDER BY f.place), array_agg(f.page_id ORDER BY f.place)
      INTO v_sources, v_versions, v_correlations, v_items, v_records, v_pages
      FROM (SELECT n.place, n.source_id, n.version,
                   CASE WHEN n.fresh THEN gen_random_uuid() END AS correlation_id,
                   CASE WHEN n.fresh THEN nextval(pg_get_serial_sequence('ingest.work_item', 'work_item_id')) END AS item_id,
                   CASE WHEN n.fresh THEN nextval(pg_get_serial_sequence('ingest.ingest_record', 'ingest_record_id')) END AS record_id,
                   CASE WHEN n.fresh THEN nextval(pg_get_serial_sequence('sem.source_page', 'source_page_id')) END AS page_id
              FROM (SELECT l.place, l.fresh, l.source_id,
                           (CASE WHEN l.was_there THEN l.last_version ELSE 0 END
                            + count(*) FILTER (WHERE l.fresh) OVER (PARTITION BY l.source_id ORDER BY l.place))::integer AS version
                      FROM (SELECT a.place, s.source_id, s.last_version, m.source_id IS NULL AS was_there,
                                   a.place = a.lead AND k.place IS NULL AS fresh
                              FROM ROWS FROM (unnest(p_locators), unnest(v_leads)) WITH ORDINALITY AS a(locator, lead, place)
                              LEFT JOIN ingest.source s ON s.tenant_id = p_tenant_id AND s.locator_hash = md5(a.locator)::uuid
                              LEFT JOIN unnest(v_made_sources) m(source_id) ON m.source_id = s.source_id
                              LEFT JOIN unnest(v_known_places) k(place) ON k.place = a.place) l
                     ORDER BY l.place) n) f;

    IF cardinality(v_made_sources) < cardinality(p_locators) THEN
        UPDATE ingest.source s SET last_version = f.version
          FROM (SELECT a.source_id, max(a.version) AS version FROM unnest(v_sources, v_versions, v_pages) a(source_id, version, page_id)
                 WHERE a.page_id IS NOT NULL GROUP BY a.source_id) f
         WHERE s.source_id = f.source_id AND s.tenant_id = p_tenant_id AND s.last_version < f.version;
        WITH risen AS (
            UPDATE ingest.work_item w SET dedupe_key = f.key, correlation_id = f.correlation_id, state = 'taken_in', reason = NULL,
                   attempts = w.attempts + 1, attempted_at = v_now
              FROM (SELECT DISTINCT ON (a.source_id) a.* FROM ROWS FROM (unnest(v_sources), unnest(v_keys), unnest(v_refused_keys),
                                                                         unnest(v_correlations), unnest(v_pages)) WITH ORDINALITY
                        AS a(source_id, key, refused_key, correlation_id, page_id, place)
                     WHERE a.page_id IS NOT NULL ORDER BY a.source_id, a.place) f
             WHERE w.tenant_id = p_tenant_id AND w.dedupe_key = f.refused_key
            RETURNING w.work_item_id, f.place)
        SELECT array_agg(r.place::integer), array_agg(r.work_item_id) INTO v_risen_places, v_risen_items FROM risen r;
        FOR i IN 1 .. coalesce(cardinality(v_risen_places), 0) LOOP
            v_items[v_risen_places[i]] := v_risen_items[i];
        END LOOP;
    END IF;

    INSERT INTO ingest.work_item (work_item_id, tenant_id, source_id, dedupe_key, locator, correlation_id, attempted_at)
    SELECT a.item_id, p_tenant_id, a.source_id, a.key, a.locator, a.correlation_id, v_now
      FROM ROWS FROM (unnest(v_items), unnest(v_sources), unnest(v_keys), unnest(p_locators), unnest(v_correlations), unnest(v_pages))
        AS a(item_id, source_id, key, locator, correlation_id, page_id)
     WHERE a.page_id IS NOT NULL AND a.item_id <> ALL (coalesce(v_risen_items, '{}'));
    INSERT INTO ingest.ingest_record (ingest_record_id, tenant_id, work_item_id, media_type, charset, raw, raw_sha256, headers)
    SELECT a.record_id, p_tenant_id, a.item_id, a.media_type, a.charset, a.raw, a.sha256, coalesce(a.headers, '{}')
      FROM ROWS FROM (unnest(v_records), unnest(v_items), unnest(p_media_types), unnest(p_charsets), unnest(p_raws), unnest(p_raw_sha256s),
                      unnest(p_headers)) AS a(record_id, item_id, media_type, charset, raw, sha256, headers)
     WHERE a.record_id IS NOT NULL;
    INSERT INTO sem.source_page (source_page_id, tenant_id, ingest_record_id, source_id, locator, title, text, text_length,
                                 content_sha256, version, correlation_id)
    SELECT a.page_id, p_tenant_id, a.record_id, a.source_id, a.locator, coalesce(a.title, ''), a.text, length(a.text),
           encode(sha256(convert_to(a.text, 'UTF8')), 'hex'), a.version, a.correlation_id
      FROM ROWS FROM (unnest(v_pages), unnest(v_records), unnest(v_sources), unnest(p_locators), unnest(p_titles), unnest(p_texts),
                      unnest(v_versions), unnest(v_correlations))
        AS a(page_id, record_id, source_id, locator, title, text, version, correlation_id)
     WHERE a.page_id IS NOT NULL;

    IF v_known_places IS NULL THEN
        RETURN QUERY
        SELECT a.place::integer, v_pages[a.lead], CASE WHEN a.fault IS NULL THEN v_versions[a.lead] END, a.page_id IS NOT NULL,
               v_correlations[a.lead], a.fault
          FROM ROWS FROM (unnest(v_faults), unnest(v_leads), unnest(v_pages)) WITH ORDINALITY AS a(fault, lead, page_id, place)
         ORDER BY a.place;
        RETURN;
    END IF;
    RETURN QUERY
    SELECT a.place::integer, coalesce(p.source_page_id, v_pages[a.lead]),
           CASE WHEN a.fault IS NULL THEN coalesce(p.version, v_versions[a.lead]) END, a.page_id IS NOT NULL,
           coalesce(p.correlation_id, v_correlations[a.lead]), a.fault
      FROM ROWS FROM (unnest(v_faults), unnest(v_leads), unnest(v_pages)) WITH ORDINALITY AS a(fault, lead, page_id, place)
      LEFT JOIN unnest(v_known_places, v_known_items) k(place, work_item_id) ON k.place = a.place
      LEFT JOIN ingest.ingest_record r ON r.work_item_id = k.work_item_id AND r.tenant_id = p_tenant_id
      LEFT JOIN sem.source_page p ON p.ingest_record_id = r.ingest_record_id AND p.tenant_id = p_tenant_id
     ORDER BY a.place;
END $$;
