-- The part of a filter that items i of dbo.review_item must meet, as SQL over the parameter $2 (dbo.review_filter). Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_review_item_condition(p_filter dbo.review_filter) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT concat(CASE WHEN p_filter.item_type IS NOT NULL THEN ' AND i.item_type = ($2).item_type' END,
                  CASE WHEN p_filter.reason IS NOT NULL THEN ' AND i.reason = ($2).reason' END,
                  CASE WHEN p_filter.min_confidence IS NOT NULL THEN ' AND i.confidence >= ($2).min_confidence' END,
                  CASE WHEN p_filter.max_confidence IS NOT NULL THEN ' AND i.confidence <= ($2).max_confidence' END)
$$;
