-- Moves references from rows to others in one place, for a merge. Where two rows then have one natural key, the one that
-- stood there (else the oldest) takes in what the others say, and the others go away; what refers to them moves on.
-- p_table: the table referred to; p_place: where; p_moves: from which id to which. All rows that change are kept under the
-- merge first. Writes the table of p_place, dbo.evidence and other tables that refer to its rows, dbo.entity_merge_row.
CREATE OR REPLACE FUNCTION dbo.usp_move_references(p_tenant_id integer, p_merge_id bigint, p_table text,
    p_place dbo.reference_place, p_moves dbo.moved_row[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_relation text := p_place.table_name::regclass::text;
    v_key text := quote_ident(p_place.key_column);
    v_old bigint[] := ARRAY(SELECT m.old_id FROM unnest(p_moves) m);
    v_concerned text;
    v_moved_columns text;
    v_keys bigint[];
    v_folds dbo.moved_row[] := '{}';
    v_survivors bigint[] := '{}';
    v_place dbo.reference_place;
BEGIN
    SELECT '(' || string_agg(format('t.%I = ANY ($2)', c.name), ' OR ') || ') AND t.tenant_id = $1'
           || CASE WHEN p_place.tag_column IS NULL THEN ' AND $3 IS NOT NULL' ELSE format(' AND t.%I = $3', p_place.tag_column) END,
           string_agg(format('%1$I = coalesce((SELECT m.new_id FROM unnest($4) m WHERE m.old_id = t.%1$I), t.%1$I)', c.name), ', ')
      INTO v_concerned, v_moved_columns
      FROM unnest(p_place.reference_columns) c(name);
    EXECUTE format('SELECT array_agg(t.%s ORDER BY t.%1$s) FROM %s t WHERE %s', v_key, v_relation, v_concerned)
       INTO v_keys USING p_tenant_id, v_old, p_table;
    IF v_keys IS NULL THEN
        RETURN;
    END IF;

    IF p_place.unique_columns IS NOT NULL THEN
        -- Rows by their natural key as it will be; the one that stands there already comes before those that move.
        EXECUTE (SELECT format($q$
            WITH moving AS MATERIALIZED (SELECT t.%1$s AS row_id, %3$s FROM %2$s t WHERE t.%1$s = ANY ($1) AND t.tenant_id = $2),
            meeting AS (
                SELECT n.row_id, true AS moves, %4$s FROM moving n
                UNION
                SELECT t.%1$s, false, %5$s FROM moving n JOIN %2$s t ON %6$s WHERE t.%1$s <> ALL ($1)),
            ranked AS (
                SELECT m.row_id, first_value(m.row_id) OVER (PARTITION BY %4$s ORDER BY m.moves, m.row_id) AS survivor
                  FROM meeting m)
            SELECT coalesce(array_agg(ROW(r.row_id, r.survivor)::dbo.moved_row ORDER BY r.row_id), '{}')
              FROM ranked r WHERE r.row_id <> r.survivor $q$, v_key, v_relation,
            string_agg(CASE WHEN u.name = ANY (p_place.reference_columns)
                            THEN format('coalesce((SELECT m.new_id FROM unnest($3) m WHERE m.old_id = t.%1$I), t.%1$I) AS %1$I', u.name)
                            ELSE format('t.%I', u.name) END, ', '),
            string_agg(quote_ident(u.name), ', '), string_agg(format('t.%I', u.name), ', '),
            string_agg(format(CASE WHEN u.name = ANY (p_place.reference_columns) OR (SELECT a.attnotnull FROM pg_attribute a
                                         WHERE a.attrelid = p_place.table_name::regclass AND a.attname = u.name)
                                   THEN 't.%1$I = n.%1$I' ELSE 't.%1$I IS NOT DISTINCT FROM n.%1$I' END, u.name), ' AND '))
          FROM unnest(p_place.unique_columns) u(name))
           INTO v_folds USING v_keys, p_tenant_id, p_moves;
        v_survivors := ARRAY(SELECT DISTINCT f.new_id FROM unnest(v_folds) f);
    END IF;

    PERFORM dbo.usp_keep_merge_rows(p_tenant_id, p_merge_id, p_place.table_name, p_place.key_column, v_keys || v_survivors);
    IF cardinality(v_folds) > 0 THEN
        EXECUTE format($q$
            UPDATE %2$s t SET %3$s
              FROM (SELECT x.new_id, %4$s FROM unnest($1) x JOIN %2$s d ON d.%1$s = x.old_id AND d.tenant_id = $2 GROUP BY x.new_id) f
             WHERE t.%1$s = f.new_id AND t.tenant_id = $2 $q$, v_key, v_relation,
            dbo.fn_folding_assignments(p_place.table_name, p_place.unique_columns, false),
            dbo.fn_folding_assignments(p_place.table_name, p_place.unique_columns, true))
          USING v_folds, p_tenant_id;
        FOR v_place IN SELECT * FROM dbo.fn_reference_places(p_place.table_name) LOOP
            PERFORM dbo.usp_move_references(p_tenant_id, p_merge_id, p_place.table_name, v_place, v_folds);
        END LOOP;
        EXECUTE format('DELETE FROM %s t WHERE t.%s = ANY ($1) AND t.tenant_id = $2', v_relation, v_key)
          USING ARRAY(SELECT f.old_id FROM unnest(v_folds) f), p_tenant_id;
        PERFORM dbo.usp_count_support(p_tenant_id, p_place.table_name, p_place.key_column, v_survivors);
    END IF;
    EXECUTE format('UPDATE %s t SET %s WHERE %s', v_relation, v_moved_columns, v_concerned)
      USING p_tenant_id, v_old, p_table, p_moves;
END $$;
