-- One part of the queue of pages that wait for a person: those with most to decide first (contradictions and likely
-- duplicates count twice), of those the least sure. p_filter: {type, reason, min_confidence, max_confidence, source} of items and
-- of the page's locator (* stands for any text), all optional; p_after: next of the part before, or null; p_limit: 1 to 500.
-- Returns {"pages": [{source_page_id, title, locator, items, lowest_confidence, reasons, types}], "next", "waiting", "waiting_is_least"}: how
-- many pages wait by this filter; where items are filtered, they are counted to 10,000, and waiting_is_least says that there are more.
-- Brings the kept queue up to date first (5,000 marks at most), except in a read-only transaction; runs with its
-- owner's rights, as dbo.usp_adjudicate does. Writes what dbo.usp_refresh_review writes.
-- AL005: limit, confidence or cursor out of range.
CREATE OR REPLACE FUNCTION dbo.fn_review_queue(p_tenant_id integer, p_filter jsonb, p_after text, p_limit integer) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public SET jit = off AS $$
DECLARE
    v_most CONSTANT integer := 10000;
    v_filter dbo.review_filter := dbo.fn_review_filter(p_filter);
    v_of_item text := dbo.fn_review_item_condition(v_filter);
    v_of_page text := dbo.fn_review_page_condition(v_filter);
    v_after text[] := string_to_array(coalesce(p_after, '-2147483648_-1_0'), '_');
    v_few bigint[];
    v_found integer;
    v_from text := 'dbo.review_page p WHERE p.tenant_id = $1';
    v_pages jsonb;
    v_next text;
    v_waiting bigint;
BEGIN
    PERFORM dbo.usp_open_review_part(p_tenant_id, p_limit, p_after, '^-?[0-9]{1,10}_[0-9.e-]{1,24}_[0-9]{1,18}$');
    -- Of few items the pages are put in order; where there are many, some are among the first pages in order.
    IF v_of_item <> '' THEN
        EXECUTE format('SELECT count(*), array_agg(DISTINCT s.source_page_id) FROM (SELECT i.source_page_id FROM dbo.review_item i
            WHERE i.tenant_id = $1%s LIMIT $3) s', v_of_item) INTO v_found, v_few USING p_tenant_id, v_filter, v_most + 1;
        IF v_found <= v_most THEN
            v_from := 'unnest($7) u(id) CROSS JOIN LATERAL (SELECT r.* FROM dbo.review_page r WHERE r.source_page_id = u.id AND r.tenant_id = $1 OFFSET 0) p WHERE true';
            v_of_page := CASE WHEN v_filter.source IS NOT NULL THEN ' AND p.locator LIKE ($2).source' ELSE '' END;
        END IF;
    END IF;
    EXECUTE format($q$
        SELECT jsonb_agg(jsonb_build_object('source_page_id', p.source_page_id, 'title', s.title, 'locator', s.locator, 'items', i.items,
                   'lowest_confidence', i.lowest, 'reasons', i.reasons, 'types', i.types) ORDER BY p.rank, p.lowest_confidence, p.source_page_id),
               CASE WHEN count(*) = $6 THEN (array_agg(p.rank || '_' || p.lowest_confidence || '_' || p.source_page_id
                         ORDER BY p.rank DESC, p.lowest_confidence DESC, p.source_page_id DESC))[1] END
          FROM (SELECT p.* FROM %3$s AND (p.rank, p.lowest_confidence, p.source_page_id) > ($3, $4, $5) %1$s
                 ORDER BY p.rank, p.lowest_confidence, p.source_page_id LIMIT $6) p
          JOIN sem.source_page s ON s.source_page_id = p.source_page_id AND s.tenant_id = p.tenant_id
         CROSS JOIN LATERAL (SELECT count(*) AS items, min(i.confidence) AS lowest, jsonb_agg(DISTINCT i.reason) AS reasons, jsonb_agg(DISTINCT i.item_type) AS types
                               FROM dbo.review_item i WHERE i.tenant_id = $1 AND i.source_page_id = p.source_page_id %2$s) i$q$,
        v_of_page, v_of_item, v_from)
       INTO v_pages, v_next USING p_tenant_id, v_filter, v_after[1]::integer, v_after[2]::double precision, v_after[3]::bigint, p_limit, v_few;
    IF v_found <= v_most AND v_filter.source IS NULL THEN
        v_waiting := coalesce(cardinality(v_few), 0);
    ELSE
        EXECUTE CASE WHEN v_of_page LIKE '%EXISTS%' AND v_filter.source IS NULL
                THEN format('SELECT count(*) FROM (SELECT DISTINCT i.source_page_id FROM dbo.review_item i WHERE i.tenant_id = $1%s
                             ORDER BY i.source_page_id LIMIT $3) p', v_of_item)
                ELSE format('SELECT count(*) FROM (SELECT FROM %s%s LIMIT $3) p', v_from, v_of_page) END
           INTO v_waiting USING p_tenant_id, v_filter, CASE WHEN v_of_item <> '' THEN v_most + 1 END, NULL, NULL, NULL, v_few;
    END IF;
    RETURN jsonb_build_object('pages', coalesce(v_pages, '[]'), 'next', v_next,
        'waiting', CASE WHEN v_of_item <> '' THEN least(v_waiting, v_most) ELSE v_waiting END, 'waiting_is_least', v_of_item <> '' AND v_waiting > v_most);
END $$;
REVOKE ALL ON FUNCTION dbo.fn_review_queue(integer, jsonb, text, integer) FROM PUBLIC;
