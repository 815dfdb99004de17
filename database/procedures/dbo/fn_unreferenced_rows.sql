-- Of rows of a table those that no row of another table refers to (dbo.fn_reference_places). p_except: tables whose
-- references do not count. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_unreferenced_rows(p_tenant_id integer, p_table text, p_ids bigint[], p_except text[] DEFAULT '{}')
RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_place dbo.reference_place;
    v_column text;
    v_ids bigint[] := p_ids;
BEGIN
    FOR v_place IN SELECT * FROM dbo.fn_reference_places(p_table) LOOP
        CONTINUE WHEN v_place.table_name = ANY (p_except);
        EXIT WHEN cardinality(v_ids) = 0;
        FOREACH v_column IN ARRAY v_place.reference_columns LOOP
            EXECUTE format('SELECT coalesce(array_agg(i.id), ''{}'') FROM unnest($1) i(id)
                             WHERE NOT EXISTS (SELECT FROM %s t WHERE t.%I = i.id AND t.tenant_id = $2%s)',
                           v_place.table_name::regclass, v_column,
                           CASE WHEN v_place.tag_column IS NOT NULL THEN format(' AND t.%I = $3', v_place.tag_column) ELSE ' AND $3 IS NOT NULL' END)
               INTO v_ids USING v_ids, p_tenant_id, p_table;
        END LOOP;
    END LOOP;
    RETURN v_ids;
END $$;
