-- Items that wait for a person, the least sure first. p_filter as dbo.fn_review_queue, where type may also be dedupe_pair (open
-- pairs, the likeliest first) or schema_proposal (open ones, the best supported first), for which of the filters only type holds; p_after: next of the part before, or null; p_limit: 1 to 500.
-- Returns {"items": [{item_type, item_id, label, state, confidence, support, reason, quote, source_page_id, title, locator}], "next",
-- "waiting": items by this filter, "pairs", "proposals": how many of those are open}. Brings the kept queue up to date first, as dbo.fn_review_queue does.
-- Writes what dbo.usp_refresh_review writes. AL005: limit, confidence or cursor out of range.
CREATE OR REPLACE FUNCTION dbo.fn_review_items(p_tenant_id integer, p_filter jsonb, p_after text, p_limit integer) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public SET jit = off AS $$
DECLARE
    v_filter dbo.review_filter := dbo.fn_review_filter(p_filter);
    v_after text[] := string_to_array(coalesce(p_after, '-1_0__0'), '_');
    v_condition text := dbo.fn_review_item_condition(v_filter) || CASE WHEN v_filter.source IS NULL THEN '' ELSE
        ' AND EXISTS (SELECT FROM dbo.review_page p WHERE p.source_page_id = i.source_page_id AND p.tenant_id = $1 AND p.locator LIKE ($2).source)' END;
    v_items jsonb;
    v_next text;
    v_waiting bigint;
    v_beside jsonb := jsonb_build_object('pairs', (SELECT count(*) FROM dbo.vw_open_pair c WHERE c.tenant_id = p_tenant_id),
        'proposals', (SELECT count(*) FROM dbo.schema_proposal s WHERE s.tenant_id = p_tenant_id AND s.status = 'open'));
BEGIN
    PERFORM dbo.usp_open_review_part(p_tenant_id, p_limit, p_after, '^[0-9.e-]{1,24}_[0-9]{1,18}_[a-z_]{1,40}_[0-9]{1,18}$');
    IF v_filter.item_type = 'dedupe_pair' THEN
        RETURN dbo.fn_open_pairs(p_tenant_id, p_limit) || v_beside;
    ELSIF v_filter.item_type = 'schema_proposal' THEN
        RETURN dbo.fn_open_proposals(p_tenant_id, p_limit) || v_beside;
    END IF;
    EXECUTE format($q$
        SELECT jsonb_agg(jsonb_build_object('item_type', i.item_type, 'item_id', i.item_id, 'label', v.label, 'state', v.promotion_state,
                   'confidence', i.confidence, 'support', v.support, 'reason', i.reason, 'quote', e.quote, 'source_page_id', i.source_page_id,
                   'title', s.title, 'locator', s.locator) ORDER BY i.confidence, i.source_page_id, i.item_type, i.item_id),
               CASE WHEN count(*) = $7 THEN (array_agg(concat_ws('_', i.confidence, i.source_page_id, i.item_type, i.item_id)
                    ORDER BY i.confidence DESC, i.source_page_id DESC, i.item_type DESC, i.item_id DESC))[1] END
          FROM (SELECT i.* FROM dbo.review_item i
                 WHERE i.tenant_id = $1 AND (i.confidence, i.source_page_id, i.item_type, i.item_id) > ($3, $4, $5, $6)
                   AND NOT EXISTS (SELECT FROM dbo.review_item o WHERE o.tenant_id = $1 AND o.item_type = i.item_type AND o.item_id = i.item_id
                                      AND o.source_page_id < i.source_page_id) %1$s
                 ORDER BY i.confidence, i.source_page_id, i.item_type, i.item_id LIMIT $7) i
          JOIN sem.source_page s ON s.source_page_id = i.source_page_id AND s.tenant_id = i.tenant_id
         CROSS JOIN LATERAL (SELECT w.label, w.promotion_state, w.support, w.target_table FROM dbo.vw_item w
                              WHERE w.tenant_id = $1 AND w.item_type = i.item_type AND w.item_id = i.item_id) v
          LEFT JOIN LATERAL (SELECT x.quote FROM dbo.evidence x WHERE x.target_table = v.target_table AND x.target_id = i.item_id
                                AND x.source_page_id = i.source_page_id ORDER BY x.confidence DESC, x.char_start LIMIT 1) e ON true$q$, v_condition)
       INTO v_items, v_next
      USING p_tenant_id, v_filter, v_after[1]::double precision, v_after[2]::bigint,
            array_to_string(v_after[3:cardinality(v_after) - 1], '_'), v_after[cardinality(v_after)]::bigint, p_limit;
    EXECUTE format('SELECT count(*) FROM (SELECT DISTINCT i.item_type, i.item_id FROM dbo.review_item i WHERE i.tenant_id = $1%s) w', v_condition)
       INTO v_waiting USING p_tenant_id, v_filter;
    RETURN jsonb_build_object('items', coalesce(v_items, '[]'), 'next', v_next, 'waiting', v_waiting) || v_beside;
END $$;
REVOKE ALL ON FUNCTION dbo.fn_review_items(integer, jsonb, text, integer) FROM PUBLIC;
