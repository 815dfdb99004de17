-- Retires rows that have lost their last source but stay, because a person decided on them or others refer to them; the
-- state that they had is kept, and comes back with new evidence (dbo.usp_revive_rows). Returns how many.
-- p_table: a table with the standard columns. Writes it, dbo.retired_row. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_retire_rows(p_tenant_id integer, p_table text, p_ids bigint[], p_forgetting_id bigint) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_key text := dbo.fn_key_column(p_table);
    v_count integer;
BEGIN
    IF cardinality(p_ids) = 0 OR p_forgetting_id IS NULL THEN
        RETURN 0;
    END IF;
    EXECUTE format('INSERT INTO dbo.retired_row (table_name, row_id, tenant_id, forgetting_id, promotion_state)
                    SELECT $3, t.%2$I, t.tenant_id, $4, t.promotion_state FROM %1$s t
                     WHERE t.%2$I = ANY ($2) AND t.tenant_id = $1 AND t.promotion_state NOT IN (''retired'', ''merged'')
                    ON CONFLICT DO NOTHING', p_table::regclass, v_key)
      USING p_tenant_id, p_ids, p_table, p_forgetting_id;
    EXECUTE format('UPDATE %1$s t SET promotion_state = ''retired'', support = 0, updated_at = now()
                     WHERE t.%2$I = ANY ($2) AND t.tenant_id = $1 AND t.promotion_state <> ''merged''', p_table::regclass, v_key)
      USING p_tenant_id, p_ids;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END $$;
