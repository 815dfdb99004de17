-- All columns of an item as JSON; null where there is none. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_item_row(p_tenant_id integer, p_item_type text, p_item_id bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_kind dbo.item_kind := dbo.fn_item_kind(p_item_type);
    v_row jsonb;
BEGIN
    EXECUTE format('SELECT to_jsonb(t) FROM %s t WHERE t.%I = $1 AND t.tenant_id = $2', v_kind.table_name::regclass, v_kind.key_column)
       INTO v_row USING p_item_id, p_tenant_id;
    RETURN v_row;
END $$;
