-- Gives rows that retired for want of sources the state back that they had, now that they have evidence again.
-- Writes dbo.retired_row and the rows' tables. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_revive_rows(p_tenant_id integer, p_rows dbo.row_reference[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_table text;
BEGIN
    FOR v_table IN SELECT DISTINCT r.table_name FROM dbo.retired_row r JOIN unnest(p_rows) w
                       ON w.table_name = r.table_name AND w.row_id = r.row_id WHERE r.tenant_id = p_tenant_id LOOP
        EXECUTE format('UPDATE %1$s t SET promotion_state = r.promotion_state, updated_at = now() FROM dbo.retired_row r
                         WHERE r.tenant_id = $1 AND r.table_name = $3 AND r.row_id IN (SELECT w.row_id FROM unnest($2) w WHERE w.table_name = $3)
                           AND t.%2$I = r.row_id AND t.tenant_id = r.tenant_id AND t.promotion_state = ''retired''',
                       v_table::regclass, dbo.fn_key_column(v_table))
          USING p_tenant_id, p_rows, v_table;
        DELETE FROM dbo.retired_row r USING unnest(p_rows) w
         WHERE r.tenant_id = p_tenant_id AND r.table_name = v_table AND w.table_name = v_table AND r.row_id = w.row_id;
    END LOOP;
END $$;
