-- Marks the pages where others wait that an item contradicts, before and after a person decides about it: why they wait may change.
-- Only adds rows. Writes dbo.review_stale_page.
CREATE OR REPLACE FUNCTION dbo.usp_mark_contradicted(p_tenant_id integer, p_item_type text, p_item_id bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO dbo.review_stale_page (tenant_id, source_page_id)
    SELECT DISTINCT p_tenant_id, i.source_page_id
      FROM dbo.fn_conflicts(p_tenant_id, p_item_type, ARRAY[p_item_id]) c
      JOIN dbo.review_item i ON i.tenant_id = p_tenant_id AND i.item_type = p_item_type AND i.item_id = c.other_id
     WHERE c.kind <> 'date';
END $$;
