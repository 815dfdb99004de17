-- What becomes of rows when evidence for them has gone: those with none left go away, or retire where a person decided on
-- them or others refer to them; the rest is computed anew from what is left. p_table: any table with the standard columns but
-- dbo.dim_entity. Returns how many went and how many retired.
-- Writes the table, dbo.retired_row. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_drop_unsupported_rows(p_tenant_id integer, p_table text, p_ids bigint[], p_forgetting_id bigint,
    OUT gone integer, OUT retired integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_key text := dbo.fn_key_column(p_table);
    v_bare bigint[];
    v_free bigint[];
BEGIN
    v_bare := ARRAY(SELECT i.id FROM unnest(p_ids) i(id)
                     WHERE NOT EXISTS (SELECT FROM dbo.evidence v
                                        WHERE v.target_table = p_table AND v.target_id = i.id AND v.tenant_id = p_tenant_id));
    EXECUTE format('SELECT coalesce(array_agg(t.%2$I), ''{}'') FROM %1$s t
                     WHERE t.%2$I = ANY ($1) AND t.tenant_id = $2 AND dbo.fn_state_rank(t.promotion_state) IS NOT NULL',
                   p_table::regclass, v_key) INTO v_free USING v_bare, p_tenant_id;
    v_free := dbo.fn_unreferenced(p_tenant_id, p_table, v_free);
    EXECUTE format('DELETE FROM %s t WHERE t.%I = ANY ($1) AND t.tenant_id = $2', p_table::regclass, v_key) USING v_free, p_tenant_id;
    GET DIAGNOSTICS gone = ROW_COUNT;
    retired := dbo.usp_retire_rows(p_tenant_id, p_table, ARRAY(SELECT unnest(v_bare) EXCEPT SELECT unnest(v_free)), p_forgetting_id);
    PERFORM dbo.usp_derive_rows(p_tenant_id, p_table, ARRAY(SELECT unnest(p_ids) EXCEPT SELECT unnest(v_bare)));
END $$;
