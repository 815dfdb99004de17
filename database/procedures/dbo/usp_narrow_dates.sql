-- Gives rows of a dimension the narrowest span of dates among what they have and what items say, of these the earliest, with
-- the words and the precision that go with it; an order of spans, so that the order of reading does not matter. Where the
-- start date is part of the natural key, only spans with the row's own start compete.
-- p_rows, p_routed: as dbo.usp_write_rows took and gave them. Writes the family's table. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_narrow_dates(p_tenant_id integer, p_family dbo.dimension_family, p_rows jsonb,
    p_routed dbo.routed_row[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_start text := p_family.member_columns ->> 'start_date';
    v_columns text;
    v_values text;
    v_ranked text;
BEGIN
    SELECT string_agg(quote_ident(m.value), ', ' ORDER BY m.key), string_agg(format('d.%I', m.value), ', ' ORDER BY m.key),
           string_agg(format(CASE WHEN m.key LIKE '%%\_date' THEN 'c.%1$I' ELSE 'c.%1$I COLLATE "C"' END, m.value), ', '
                      ORDER BY m.key NOT LIKE '%\_date', m.key DESC)
      INTO v_columns, v_values, v_ranked
      FROM jsonb_each_text(p_family.member_columns) m
     WHERE m.key IN ('start_date', 'end_date', 'start_text', 'end_text', 'start_precision', 'end_precision');
    IF v_start IS NULL OR NOT EXISTS (SELECT FROM jsonb_array_elements(p_rows) e(item)
                                       WHERE jsonb_typeof(coalesce(e.item -> v_start, 'null')) <> 'null'
                                          OR jsonb_typeof(coalesce(e.item -> (p_family.member_columns ->> 'start_text'), 'null')) <> 'null') THEN
        RETURN;
    END IF;
    EXECUTE format($q$
        UPDATE %1$s t SET (%3$s, updated_at) = (SELECT %4$s, now() FROM unnest(ARRAY[b.best]) d)
          FROM (SELECT DISTINCT ON (c.%2$I) c.%2$I AS row_id, c AS best
                  FROM (SELECT k FROM %1$s k WHERE k.tenant_id = $1 AND k.%2$I IN (SELECT x.target_id FROM unnest($3) x)
                        UNION ALL
                        SELECT jsonb_populate_record(k, e.item)
                          FROM unnest($3) x
                          JOIN %1$s k ON k.%2$I = x.target_id AND k.tenant_id = $1
                          JOIN jsonb_array_elements($2) e(item) ON (e.item ->> 'ordinal')::integer = x.ordinal
                         WHERE %7$s) u(c0)
                 CROSS JOIN LATERAL unnest(ARRAY[u.c0]) c
                 ORDER BY c.%2$I, %6$s, %5$s) b
         WHERE t.%2$I = b.row_id AND t.tenant_id = $1
           AND (%8$s) IS DISTINCT FROM (SELECT %9$s FROM unnest(ARRAY[b.best]) d) $q$,
        p_family.table_name::regclass, dbo.fn_key_column(p_family.table_name), v_columns, v_values, v_ranked,
        CASE WHEN p_family.member_columns ? 'end_date'
             THEN format('coalesce(coalesce(c.%1$I, c.%2$I) - coalesce(c.%2$I, ''0001-01-01''), 99999999)', p_family.member_columns ->> 'end_date', v_start)
             ELSE format('c.%I IS NULL', v_start) END,
        CASE WHEN v_start = ANY (dbo.fn_natural_key(p_family.table_name))
             THEN format('k.%I IS NOT DISTINCT FROM (e.item #>> ''{said,start_date}'')::date', v_start) ELSE 'true' END,
        (SELECT 'ROW(' || string_agg(format('t.%I', m.value), ', ' ORDER BY m.key) || ')' FROM jsonb_each_text(p_family.member_columns) m
          WHERE m.key IN ('start_date', 'end_date', 'start_text', 'end_text', 'start_precision', 'end_precision')),
        'ROW(' || v_values || ')')
      USING p_tenant_id, p_rows, p_routed;
END $$;
