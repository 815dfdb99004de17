-- The filter as a condition on pages p of dbo.review_page, as SQL over the parameters $1 (tenant) and $2 (dbo.review_filter).
-- Each page's items are looked up by its key, never joined: a reader of the queue stops at the first pages that fit. That one is at most
-- as sure as asked for the page itself tells. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_review_page_condition(p_filter dbo.review_filter) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT concat(CASE WHEN p_filter.source IS NOT NULL THEN ' AND p.locator LIKE ($2).source' END,
                  CASE WHEN p_filter.max_confidence IS NOT NULL THEN ' AND p.lowest_confidence <= ($2).max_confidence' END,
                  CASE WHEN p_filter.item_type IS NOT NULL OR p_filter.reason IS NOT NULL OR p_filter.min_confidence IS NOT NULL
                       THEN ' AND EXISTS (SELECT FROM dbo.review_item i WHERE i.tenant_id = $1 AND i.source_page_id = p.source_page_id'
                            || dbo.fn_review_item_condition(p_filter) || ' OFFSET 0)' END)
$$;
