-- Finds which row of a dimension each item means, by the rule of identity of dbo.usp_route_dimensions: gives the items
-- back with the type and start date of that row, and has rows that were said less exactly take what is said now.
-- A row whose state a person gave keeps type and date. p_rows: as for dbo.usp_write_rows.
-- Writes the family's table. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_find_dimension_rows(p_tenant_id integer, p_family dbo.dimension_family, p_rows jsonb)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_relation text := p_family.table_name::regclass::text;
    v_key text := quote_ident(dbo.fn_key_column(p_family.table_name));
    v_start text := p_family.member_columns ->> 'start_date';
    v_end text := p_family.member_columns ->> 'end_date';
    v_is_dated boolean := coalesce(v_start = ANY (dbo.fn_natural_key(p_family.table_name)), false);
    v_rows jsonb;
BEGIN
    -- known, item: rows and items of these names. said: what both say, as type and span (undated: any time). typed: with the
    -- one type that is said of such a time, where it has none. home: the one narrowest span within its own.
    EXECUTE format($q$
        WITH item AS MATERIALIZED (
            SELECT e.item, d.name_id, d.%3$I AS type, %4$s AS first_day, %5$s AS last_day
              FROM jsonb_array_elements($2) e(item) CROSS JOIN LATERAL jsonb_populate_record(NULL::%1$s, e.item) d
        ), known AS MATERIALIZED (
            SELECT d.%2$s AS row_id, d.name_id, d.%3$I AS type, %4$s AS first_day, %5$s AS last_day,
                   dbo.fn_state_rank(d.promotion_state) IS NULL AS is_fixed
              FROM %1$s d WHERE d.tenant_id = $1 AND d.name_id IN (SELECT i.name_id FROM item i)
        ), said AS MATERIALIZED (
            SELECT row_number() OVER () AS id, u.*, coalesce(u.first_day, '-infinity') AS lower,
                   CASE WHEN u.first_day IS NULL THEN 'infinity' ELSE coalesce(u.last_day, u.first_day) END AS upper
              FROM (SELECT k.name_id, k.type, k.first_day, k.last_day FROM known k
                    UNION SELECT i.name_id, i.type, i.first_day, i.last_day FROM item i) u
        ), only_type AS (
            SELECT x.id, min(y.type) AS type
              FROM said x JOIN said y ON y.name_id = x.name_id AND y.type <> 'unknown'
               AND (y.lower >= x.lower AND y.upper <= x.upper OR x.lower >= y.lower AND x.upper <= y.upper)
             WHERE x.type = 'unknown'
             GROUP BY x.id HAVING count(DISTINCT y.type) = 1
        ), typed AS MATERIALIZED (
            SELECT x.*, coalesce(o.type, x.type) AS to_type FROM said x LEFT JOIN only_type o ON o.id = x.id
        ), narrowest AS (
            SELECT y.* FROM typed y
             WHERE NOT EXISTS (SELECT FROM typed z WHERE z.name_id = y.name_id AND z.to_type = y.to_type
                                  AND z.lower >= y.lower AND z.upper <= y.upper AND (z.lower, z.upper) <> (y.lower, y.upper))
        ), home AS MATERIALIZED (
            SELECT x.name_id, x.type, x.first_day, x.last_day, x.to_type,
                   CASE WHEN count(DISTINCT (y.lower, y.upper)) = 1 THEN min(y.first_day) ELSE x.first_day END AS to_first,
                   CASE WHEN count(DISTINCT (y.lower, y.upper)) = 1 THEN max(y.last_day) ELSE x.last_day END AS to_last
              FROM typed x
              JOIN narrowest y ON y.name_id = x.name_id AND y.to_type = x.to_type AND y.lower >= x.lower AND y.upper <= x.upper
             GROUP BY x.id, x.name_id, x.type, x.first_day, x.last_day, x.to_type
        ), narrowed AS (
            UPDATE %1$s t SET %3$I = n.to_type %6$s, updated_at = now()
              FROM (SELECT DISTINCT ON (h.name_id, h.to_type, h.to_first) k.row_id, h.to_type, h.to_first, h.to_last
                      FROM known k
                      JOIN home h ON h.name_id = k.name_id AND h.type = k.type AND h.first_day IS NOT DISTINCT FROM k.first_day
                       AND h.last_day IS NOT DISTINCT FROM k.last_day
                     WHERE NOT k.is_fixed
                       AND NOT EXISTS (SELECT FROM known o WHERE o.name_id = h.name_id AND o.type = h.to_type
                                          AND o.first_day IS NOT DISTINCT FROM h.to_first)
                     ORDER BY h.name_id, h.to_type, h.to_first, k.type = 'unknown', k.first_day IS NULL, k.row_id) n
             WHERE t.%2$s = n.row_id AND t.tenant_id = $1)
        SELECT coalesce(jsonb_agg(i.item || jsonb_build_object(%7$L, h.to_type) || %8$s), '[]')
          FROM item i
          JOIN home h ON h.name_id = i.name_id AND h.type = i.type AND h.first_day IS NOT DISTINCT FROM i.first_day
           AND h.last_day IS NOT DISTINCT FROM i.last_day $q$,
        v_relation, v_key, p_family.type_column,
        CASE WHEN v_is_dated THEN format('d.%I', v_start) ELSE 'NULL::date' END,
        CASE WHEN v_is_dated AND v_end IS NOT NULL THEN format('d.%I', v_end) ELSE 'NULL::date' END,
        CASE WHEN v_is_dated THEN format(', %I = n.to_first', v_start) ELSE '' END
            || CASE WHEN v_is_dated AND v_end IS NOT NULL THEN format(', %I = n.to_last', v_end) ELSE '' END
            || CASE WHEN v_is_dated THEN coalesce((SELECT string_agg(format(', %1$I = CASE WHEN t.%2$I = n.to_first THEN t.%1$I END', m.value, v_start), '')
                    FROM jsonb_each_text(p_family.member_columns) m WHERE m.key LIKE '%\_text' OR m.key LIKE '%\_precision'), '') ELSE '' END,
        p_family.type_column,
        CASE WHEN v_is_dated THEN format('jsonb_build_object(%L, h.to_first)', v_start) ELSE '''{}''::jsonb' END)
       INTO v_rows USING p_tenant_id, p_rows;
    RETURN v_rows;
END $$;
