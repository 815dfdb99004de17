-- Writes columns of one item, and marks for review what it contradicts. p_changes: columns and values. Writes the item's table,
-- dbo.review_stale_page.
-- AL022: a value is not of the column's kind, or another row says the same already.
CREATE OR REPLACE FUNCTION dbo.usp_change_item(p_tenant_id integer, p_kind dbo.item_kind, p_item_id bigint, p_changes jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_columns text := (SELECT string_agg(quote_ident(c.key), ', ' ORDER BY c.key) FROM jsonb_each(p_changes) c);
    v_message text;
    v_state text;
BEGIN
    IF v_columns IS NULL THEN
        RETURN;
    END IF;
    PERFORM dbo.usp_mark_contradicted(p_tenant_id, p_kind.item_type, p_item_id);
    EXECUTE format('UPDATE %1$s t SET (%2$s, updated_at) = (SELECT %3$s, now() FROM jsonb_populate_record(t, $1) n)
                     WHERE t.%4$I = $2 AND t.tenant_id = $3', p_kind.table_name::regclass, v_columns,
                   (SELECT string_agg(format('n.%I', c.key), ', ' ORDER BY c.key) FROM jsonb_each(p_changes) c), p_kind.key_column)
      USING p_changes, p_item_id, p_tenant_id;
    PERFORM dbo.usp_mark_contradicted(p_tenant_id, p_kind.item_type, p_item_id);
EXCEPTION
    WHEN unique_violation THEN
        RAISE EXCEPTION USING ERRCODE = 'AL022', MESSAGE = format('another %s says just that already; approve that one and reject %s:%s, or merge them',
            p_kind.item_type, p_kind.item_type, p_item_id);
    WHEN data_exception OR check_violation OR foreign_key_violation OR not_null_violation THEN
        GET STACKED DIAGNOSTICS v_message = MESSAGE_TEXT, v_state = RETURNED_SQLSTATE;
        RAISE EXCEPTION USING ERRCODE = 'AL022', MESSAGE = format('the override does not fit %s:%s: %s', p_kind.item_type, p_item_id, v_message);
END $$;
