-- The pages of a tenant that p_source means: those of that locator, or, where it has a "*", of the locators that it
-- matches, or the one page with that id. Newest first, after p_before (null: from the start), at most p_limit.
-- Writes nothing. AL004: unknown tenant; AL005: no source.
CREATE OR REPLACE FUNCTION ingest.fn_find_pages(p_tenant_id integer, p_source text, p_before bigint DEFAULT NULL,
    p_limit integer DEFAULT NULL) RETURNS TABLE (source_page_id bigint, locator text, version integer, title text)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    IF coalesce(p_source, '') = '' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'which source? Say its locator, a pattern with *, or a page''s id';
    END IF;
    RETURN QUERY
    SELECT p.source_page_id, p.locator, p.version, p.title
      FROM ingest.source s JOIN sem.source_page p ON p.source_id = s.source_id AND p.tenant_id = s.tenant_id
     WHERE s.tenant_id = p_tenant_id AND s.locator_hash = md5(p_source)::uuid
       AND p.source_page_id < coalesce(p_before, 9223372036854775807)
     ORDER BY p.source_page_id DESC LIMIT p_limit;
    IF FOUND OR EXISTS (SELECT FROM ingest.source s WHERE s.tenant_id = p_tenant_id AND s.locator_hash = md5(p_source)::uuid) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT p.source_page_id, p.locator, p.version, p.title FROM sem.source_page p
     WHERE p.tenant_id = p_tenant_id AND p.source_page_id < coalesce(p_before, 9223372036854775807)
       AND CASE WHEN strpos(p_source, '*') > 0 THEN p.locator LIKE llm.fn_like_pattern(p_source)
                ELSE p_source ~ '^[0-9]{1,18}$' AND p.source_page_id = (CASE WHEN p_source ~ '^[0-9]{1,18}$' THEN p_source END)::bigint END
     ORDER BY p.source_page_id DESC LIMIT p_limit;
END $$;
