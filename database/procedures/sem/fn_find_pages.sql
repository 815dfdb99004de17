-- Pages that a person may mean by an id, a locator, its last part, or that without its endings ("leaders" for
-- file:///pages/leaders.en.html): of each locator the newest version. p_names: as they were said. Writes nothing.
CREATE OR REPLACE FUNCTION sem.fn_find_pages(p_tenant_id integer, p_names text[])
RETURNS TABLE (said text, source_page_id bigint, locator text, title text)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH page AS (
        SELECT DISTINCT ON (p.source_id) p.source_page_id, p.locator, p.title, regexp_replace(p.locator, '^.*[/#]', '') AS last_part
          FROM sem.source_page p WHERE p.tenant_id = p_tenant_id ORDER BY p.source_id, p.version DESC
    )
    SELECT n.said, p.source_page_id, p.locator, p.title FROM page p JOIN unnest(p_names) n(said)
        ON n.said IN (p.locator, p.last_part, regexp_replace(p.last_part, '\..*$', ''), p.source_page_id::text)
     ORDER BY n.said, p.source_page_id
$$;
