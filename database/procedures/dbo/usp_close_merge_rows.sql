-- Completes what is kept under a merge with the rows as they are now; rows that did not change are let go.
-- Writes dbo.entity_merge_row.
CREATE OR REPLACE FUNCTION dbo.usp_close_merge_rows(p_tenant_id integer, p_merge_id bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_table text;
BEGIN
    FOR v_table IN SELECT DISTINCT r.table_name FROM dbo.entity_merge_row r
                    WHERE r.merge_id = p_merge_id AND r.tenant_id = p_tenant_id LOOP
        EXECUTE format('UPDATE dbo.entity_merge_row k SET after = to_jsonb(t) FROM %s t
                         WHERE k.merge_id = $1 AND k.tenant_id = $2 AND k.table_name = $3 AND %s',
                       v_table::regclass, dbo.fn_kept_row_condition(v_table))
          USING p_merge_id, p_tenant_id, v_table;
    END LOOP;
    DELETE FROM dbo.entity_merge_row r WHERE r.merge_id = p_merge_id AND r.tenant_id = p_tenant_id AND r.before = r.after;
END $$;
