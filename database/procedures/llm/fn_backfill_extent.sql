-- How many pages and chunks a backfill with this selection would ask about again. Writes nothing.
-- AL004: unknown tenant; AL005: see llm.fn_check_backfill.
CREATE OR REPLACE FUNCTION llm.fn_backfill_extent(p_tenant_id integer, p_what text, p_selection jsonb)
RETURNS TABLE (pages bigint, chunks bigint)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    RETURN QUERY
    SELECT count(DISTINCT c.source_page_id), count(*)
      FROM llm.fn_backfill_chunks(p_tenant_id, p_what, llm.fn_check_backfill(p_what, p_selection), NULL, NULL, NULL) c;
END $$;
