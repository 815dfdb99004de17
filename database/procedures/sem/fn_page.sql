-- A page's title, text and locator, and its primary type (null until it is classified, and where a person rejected that). No row: unknown page.
CREATE OR REPLACE FUNCTION sem.fn_page(p_source_page_id bigint)
RETURNS TABLE (title text, body text, locator text, primary_type text)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    SELECT p.title, p.text, p.locator, c.primary_type
      FROM sem.source_page p
      LEFT JOIN sem.page_classification c ON c.source_page_id = p.source_page_id AND c.tenant_id = p.tenant_id AND c.promotion_state <> 'rejected'
     WHERE p.source_page_id = p_source_page_id;
END $$;
