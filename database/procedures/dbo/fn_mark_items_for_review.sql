-- Trigger on the tables of items (arguments: table and key column): marks the pages with evidence of a row that came to wait for
-- review, waits no more or became surer. Only adds rows, so it never waits. Writes dbo.review_stale_page.
CREATE OR REPLACE FUNCTION dbo.fn_mark_items_for_review() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF EXISTS (SELECT FROM new_rows n WHERE n.promotion_state = 'candidate') OR EXISTS (SELECT FROM old_rows o WHERE o.promotion_state = 'candidate') THEN
        EXECUTE format('
            INSERT INTO dbo.review_stale_page (tenant_id, source_page_id)
            SELECT DISTINCT v.tenant_id, v.source_page_id
              FROM new_rows n JOIN old_rows o USING (%1$I, tenant_id)
              JOIN dbo.evidence v ON v.target_table = %2$L AND v.target_id = n.%1$I AND v.tenant_id = n.tenant_id
             WHERE (o.promotion_state, o.confidence) IS DISTINCT FROM (n.promotion_state, n.confidence)
               AND ''candidate'' IN (o.promotion_state, n.promotion_state)', TG_ARGV[1], TG_ARGV[0]);
    END IF;
    RETURN NULL;
END $$;
DO $$
DECLARE
    v_kind record;
BEGIN
    FOR v_kind IN SELECT * FROM dbo.fn_item_kinds() LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER mark_for_review AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
            FOR EACH STATEMENT EXECUTE FUNCTION dbo.fn_mark_items_for_review(%L, %L)', v_kind.table_name, v_kind.table_name, v_kind.key_column);
    END LOOP;
END $$;
