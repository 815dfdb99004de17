-- Bounds in words: " (1996-04-01 … 1999)", the page's own where it gave some; empty without bounds. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_span_text(p_start_text text, p_start_date date, p_end_text text, p_end_date date) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT coalesce(' (' || nullif(concat_ws(' … ', coalesce(p_start_text, p_start_date::text,
                        CASE WHEN coalesce(p_end_text, p_end_date::text) IS NOT NULL THEN '' END),
                nullif(coalesce(p_end_text, p_end_date::text), coalesce(p_start_text, p_start_date::text))), '') || ')', '')
$$;
