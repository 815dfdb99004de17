-- Puts one table's rows back to what they were before a merge. In a row that has changed since, only those columns go back
-- that still are as the merge left them. Returns the keys of rows that had changed since.
-- Writes the table. The caller holds the locks of the names concerned.
CREATE OR REPLACE FUNCTION dbo.usp_restore_merge_rows(p_tenant_id integer, p_merge_id bigint, p_table text) RETURNS text[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_relation text := p_table::regclass::text;
    v_is_kept text := 'k.merge_id = $1 AND k.tenant_id = $2 AND k.table_name = $3 AND ';
    v_same_row text := dbo.fn_kept_row_condition(p_table);
    v_columns text;
    v_values text;
    v_changed text[];
BEGIN
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum), string_agg(format('w.%I', a.attname), ', ' ORDER BY a.attnum)
      INTO v_columns, v_values
      FROM pg_attribute a
     WHERE a.attrelid = p_table::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '';
    EXECUTE format('SELECT coalesce(array_agg(k.row_key), ''{}'') FROM dbo.entity_merge_row k JOIN %s t ON %s
                     WHERE %s k.after IS NOT NULL AND to_jsonb(t) <> k.after', v_relation, v_same_row, v_is_kept)
       INTO v_changed USING p_merge_id, p_tenant_id, p_table;
    EXECUTE format('DELETE FROM %s t USING dbo.entity_merge_row k WHERE %s k.before IS NULL AND %s', v_relation, v_is_kept, v_same_row)
      USING p_merge_id, p_tenant_id, p_table;
    EXECUTE format($q$
        UPDATE %1$s t SET (%2$s) = (
            SELECT %3$s FROM jsonb_populate_record(NULL::%1$s, to_jsonb(t) || coalesce(
                (SELECT jsonb_object_agg(a.key, k.before -> a.key) FROM jsonb_each(k.after) a
                  WHERE to_jsonb(t) -> a.key = a.value AND k.before -> a.key <> a.value), '{}')) w)
          FROM dbo.entity_merge_row k WHERE %4$s k.before IS NOT NULL AND k.after IS NOT NULL AND %5$s $q$,
        v_relation, v_columns, v_values, v_is_kept, v_same_row)
      USING p_merge_id, p_tenant_id, p_table;
    EXECUTE format('INSERT INTO %1$s (%2$s) SELECT %3$s FROM dbo.entity_merge_row k
                     CROSS JOIN LATERAL jsonb_populate_record(NULL::%1$s, k.before) w
                     WHERE %4$s k.after IS NULL', v_relation, v_columns, v_values, v_is_kept)
      USING p_merge_id, p_tenant_id, p_table;
    RETURN v_changed;
END $$;
