-- Takes the locks under which a person may decide about one item, names before rows, and returns the row as JSON.
-- p_override: may give a new name. Writes dbo.name at most. AL004: the tenant has no such item.
CREATE OR REPLACE FUNCTION dbo.usp_lock_item(p_tenant_id integer, p_kind dbo.item_kind, p_item_id bigint, p_override jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_row jsonb;
    v_name text;
BEGIN
    IF p_kind.name_column IS NOT NULL THEN
        EXECUTE format('SELECT to_jsonb(t) FROM %s t WHERE t.%I = $1 AND t.tenant_id = $2', p_kind.table_name::regclass, p_kind.key_column)
           INTO v_row USING p_item_id, p_tenant_id;
        v_name := coalesce(p_override ->> 'name', p_override ->> p_kind.name_column);
        PERFORM dbo.usp_lock_names(p_tenant_id, array_remove(array_append(
            CASE WHEN p_kind.item_type = 'entity' THEN dbo.fn_merge_name_keys(p_tenant_id, ARRAY[p_item_id])
                 ELSE ARRAY[v_row ->> 'name_key'] END, nullif(dbo.fn_name_key(btrim(v_name, E' \t\n\r')), '')), NULL));
    END IF;
    EXECUTE format('SELECT to_jsonb(t) FROM %s t WHERE t.%I = $1 AND t.tenant_id = $2 FOR UPDATE', p_kind.table_name::regclass, p_kind.key_column)
       INTO v_row USING p_item_id, p_tenant_id;
    IF v_row IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('tenant %s has no %s %s', p_tenant_id, p_kind.item_type, coalesce(p_item_id::text, 'null'));
    END IF;
    RETURN v_row;
END $$;
