-- A page's title, text and locator, and its primary type (null until it is classified). No row: unknown page.
CREATE OR REPLACE FUNCTION sem.fn_page(p_source_page_id bigint)
RETURNS TABLE (title text, body text, locator text, primary_type text)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT p.title, p.text, p.locator, c.primary_type
      FROM sem.source_page p LEFT JOIN sem.page_classification c USING (source_page_id, tenant_id)
     WHERE p.source_page_id = p_source_page_id
$$;
