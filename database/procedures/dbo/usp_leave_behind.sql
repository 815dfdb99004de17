-- After an override that changed by what a row is found, leaves a row behind under what was said, so that a later run of the
-- same ends there and brings nothing back: of an entity a merged row that leads to the right one, of others a rejected one.
-- p_row: the row as it was; p_changes: what the override changed. Returns the id of the row left behind, or null where none
-- is needed. Writes the item's table.
CREATE OR REPLACE FUNCTION dbo.usp_leave_behind(p_tenant_id integer, p_kind dbo.item_kind, p_row jsonb, p_changes jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_id bigint;
    v_left jsonb;
    v_columns text := (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
                        WHERE a.attrelid = p_kind.table_name::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '');
BEGIN
    IF p_kind.item_type = 'page_classification' OR NOT p_changes ?| dbo.fn_item_key(p_kind)
       OR p_kind.item_type = 'entity' AND NOT p_changes ? 'name_id' AND p_row ->> 'type_key' IS NULL THEN
        RETURN NULL; -- an untyped mention of a name finds the row of any type
    END IF;
    v_id := nextval(pg_get_serial_sequence(p_kind.table_name, p_kind.key_column));
    v_left := p_row || jsonb_build_object(p_kind.key_column, v_id, 'support', 0, 'promotion_state',
                                          CASE WHEN p_kind.item_type = 'entity' THEN 'merged' ELSE 'rejected' END)
        || CASE WHEN p_kind.item_type = 'entity' THEN jsonb_build_object('merged_into_id', p_row -> p_kind.key_column, 'attributes', '{}'::jsonb)
                ELSE '{}' END;
    EXECUTE format('INSERT INTO %1$s (%2$s) SELECT %2$s FROM jsonb_populate_record(NULL::%1$s, $1)', p_kind.table_name::regclass, v_columns) USING v_left;
    RETURN v_id;
END $$;
