-- Gives rows of a dimension the best dates among what they have and what items say, with the words and the precision
-- that go with them: the narrowest span, of these the earliest; where a family keeps words for both ends (periods), each end
-- for itself, the most precise, of these the earliest. An order of what can be said, so that the order of reading does
-- not matter. Where the start date is part of the natural key, only spans with the row's own start compete.
-- p_rows, p_routed: as dbo.usp_write_rows took and gave them. Writes the family's table. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_narrow_dates(p_tenant_id integer, p_family dbo.dimension_family, p_rows jsonb,
    p_routed dbo.routed_row[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_map jsonb := p_family.member_columns;
    v_start text := v_map ->> 'start_date';
    v_is_by_end boolean := v_map ? 'end_text';
    v_end text;
    v_is_whole boolean;
    v_columns text[];
    v_ranks text;
BEGIN
    FOREACH v_end IN ARRAY CASE WHEN v_is_by_end THEN ARRAY['start', 'end'] ELSE ARRAY['start'] END LOOP
        v_is_whole := NOT v_is_by_end AND v_map ? 'end_date';
        -- The date first, the words last: in this order they rank, too.
        v_columns := ARRAY(SELECT m.value FROM jsonb_each_text(v_map) m
                            WHERE m.key IN (v_end || '_date', v_end || '_text', v_end || '_precision') OR v_is_whole AND m.key = 'end_date'
                            ORDER BY m.key NOT LIKE '%\_date', m.key DESC);
        CONTINUE WHEN NOT v_map ? (v_end || '_date') OR NOT EXISTS (SELECT FROM jsonb_array_elements(p_rows) e(item), unnest(v_columns) c(name)
                                                                WHERE jsonb_typeof(coalesce(e.item -> c.name, 'null')) <> 'null');
        v_ranks := CASE WHEN v_is_whole THEN format('coalesce(coalesce(c.%1$I, c.%2$I) - c.%2$I, 99999999)', v_map ->> 'end_date', v_start)
                        WHEN v_map ? (v_end || '_precision')
                        THEN format('c.%I IS NULL, coalesce(array_position(ARRAY[''day'', ''month'', ''year'', ''decade'', ''century''], c.%I), 9)',
                                    v_map ->> (v_end || '_date'), v_map ->> (v_end || '_precision'))
                        ELSE format('c.%I IS NULL', v_map ->> (v_end || '_date')) END;
        EXECUTE (SELECT format($q$
            UPDATE %1$s t SET (%3$s, updated_at) = (SELECT %4$s, now() FROM unnest(ARRAY[b.best]) d)
              FROM (SELECT DISTINCT ON (c.%2$I) c.%2$I AS row_id, c AS best
                      FROM (SELECT k FROM %1$s k WHERE k.tenant_id = $1 AND k.%2$I IN (SELECT x.target_id FROM unnest($3) x WHERE NOT x.is_new)
                            UNION ALL
                            SELECT jsonb_populate_record(k, e.item)
                              FROM unnest($3) x
                              JOIN %1$s k ON k.%2$I = x.target_id AND k.tenant_id = $1
                              JOIN jsonb_array_elements($2) e(item) ON (e.item ->> 'ordinal')::integer = x.ordinal
                             WHERE %5$s) u(c0)
                     CROSS JOIN LATERAL unnest(ARRAY[u.c0]) c
                     ORDER BY c.%2$I, %6$s, %7$s) b
             WHERE t.%2$I = b.row_id AND t.tenant_id = $1 AND NOT dbo.fn_is_decided(t.promotion_state)
               AND ROW(%8$s) IS DISTINCT FROM (SELECT ROW(%4$s) FROM unnest(ARRAY[b.best]) d) $q$,
            p_family.table_name::regclass, dbo.fn_key_column(p_family.table_name), string_agg(quote_ident(c.name), ', ' ORDER BY c.place),
            string_agg(format('d.%I', c.name), ', ' ORDER BY c.place),
            CASE WHEN v_start = ANY (dbo.fn_natural_key(p_family.table_name))
                 THEN format('k.%I IS NOT DISTINCT FROM (e.item #>> ''{said,start_date}'')::date', v_start) ELSE 'true' END,
            v_ranks,
            string_agg(format(CASE WHEN a.atttypid = 'text'::regtype THEN 'c.%I COLLATE "C"' ELSE 'c.%I' END, c.name), ', ' ORDER BY c.place),
            string_agg(format('t.%I', c.name), ', ' ORDER BY c.place))
          FROM unnest(v_columns) WITH ORDINALITY c(name, place)
          JOIN pg_attribute a ON a.attrelid = p_family.table_name::regclass AND a.attname = c.name)
          USING p_tenant_id, p_rows, p_routed;
    END LOOP;
END $$;
