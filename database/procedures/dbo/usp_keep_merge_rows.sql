-- Keeps rows as they are now under a merge that is about to change them; a row kept already stays as it was kept first.
-- p_key_column: the table's key; p_keys: the rows'. Writes dbo.entity_merge_row.
CREATE OR REPLACE FUNCTION dbo.usp_keep_merge_rows(p_tenant_id integer, p_merge_id bigint, p_table text, p_key_column text,
    p_keys bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    EXECUTE format($q$
        INSERT INTO dbo.entity_merge_row (merge_id, tenant_id, table_name, row_key, before)
        SELECT $1, $2, $3, t.%2$I::text, to_jsonb(t) FROM %1$s t WHERE t.%2$I = ANY ($4) AND t.tenant_id = $2
        ON CONFLICT DO NOTHING $q$, p_table::regclass, p_key_column)
      USING p_merge_id, p_tenant_id, p_table, p_keys;
END $$;
