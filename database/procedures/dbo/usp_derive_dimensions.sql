-- Computes name, type, dates and other members of a dimension's rows anew from what their evidence says: best spelling, the
-- type while somebody says it, the narrowest span of dates, least texts. Where another row has that type and date already, type
-- and date stay. Rows that a person decided on, or whose evidence says nothing of the kind, are left alone.
-- p_family: not entity. Writes the family's table. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_derive_dimensions(p_tenant_id integer, p_family dbo.dimension_family, p_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_natural text[] := dbo.fn_natural_key(p_family.table_name);
    v_said text;
    v_sets text;
    v_key_sets text;
BEGIN
    IF cardinality(p_ids) = 0 THEN
        RETURN;
    END IF;
    -- One row said: what each piece of evidence says; span: the one whose dates count.
    v_said := format($q$
          FROM %1$s t
         CROSS JOIN LATERAL (
            SELECT array_agg(v.said) AS said,
                   (SELECT s.said FROM unnest(array_agg(v.said)) s(said)
                     WHERE jsonb_typeof(s.said -> 'start_date') = 'string'
                     ORDER BY coalesce((s.said ->> 'end_date')::date, (s.said ->> 'start_date')::date) - (s.said ->> 'start_date')::date,
                              s.said ->> 'start_date', s.said::text LIMIT 1) AS span
              FROM dbo.evidence v
             WHERE v.tenant_id = $1 AND v.target_table = $2 AND v.target_id = t.%2$I AND v.said ? 'name') e
         WHERE t.tenant_id = $1 AND t.%2$I = ANY ($3) AND e.said IS NOT NULL AND dbo.fn_state_rank(t.promotion_state) IS NOT NULL $q$,
        p_family.table_name::regclass, dbo.fn_key_column(p_family.table_name));
    WITH member AS (
        SELECT c.column_name, c.is_key, c.value FROM (
            SELECT p_family.name_column AS column_name, false AS is_key,
                   'coalesce((SELECT substr(min(dbo.fn_name_rank(n.value)), 6) FROM unnest(e.said) s(said) CROSS JOIN LATERAL jsonb_array_elements_text(CASE WHEN jsonb_typeof(s.said -> ''name'') = ''array'' THEN s.said -> ''name'' ELSE jsonb_build_array(s.said -> ''name'') END) n(value)), t.' || quote_ident(p_family.name_column) || ')' AS value
            UNION ALL
            SELECT p_family.type_column, true, format('CASE WHEN EXISTS (SELECT FROM unnest(e.said) s(said) WHERE s.said -> ''type'' @> to_jsonb(t.%1$I)) THEN t.%1$I
                ELSE coalesce((SELECT min(n.value COLLATE "C") FROM unnest(e.said) s(said) CROSS JOIN LATERAL jsonb_array_elements_text(CASE WHEN jsonb_typeof(s.said -> ''type'') = ''array'' THEN s.said -> ''type'' ELSE jsonb_build_array(s.said -> ''type'') END) n(value) WHERE n.value <> ''unknown''), ''unknown'') END', p_family.type_column)
            UNION ALL
            SELECT m.value, m.value = ANY (v_natural), CASE WHEN m.key IN ('start_date', 'end_date') THEN format('(e.span ->> %L)::date', m.key)
                WHEN m.key IN ('start_text', 'end_text', 'start_precision', 'end_precision')
                    THEN format('CASE WHEN e.span IS NULL THEN dbo.fn_least_said(e.said, %1$L) WHEN jsonb_typeof(e.span -> %1$L) = ''array'' THEN e.span -> %1$L ->> 0 ELSE e.span ->> %1$L END', m.key)
                ELSE format('dbo.fn_least_said(e.said, %L)', m.key) END
              FROM jsonb_each_text(p_family.member_columns) m) c)
    SELECT string_agg(format('%I = d.%1$I', column_name), ', ') FILTER (WHERE NOT is_key),
           string_agg(format('%I = d.%1$I', column_name), ', ') FILTER (WHERE is_key),
           'SELECT t.' || quote_ident(dbo.fn_key_column(p_family.table_name)) || ' AS row_id, ' || string_agg(value || ' AS ' || quote_ident(column_name), ', ') || v_said
      INTO v_sets, v_key_sets, v_said FROM member;
    EXECUTE format('UPDATE %s t SET %s FROM (%s) d WHERE t.%I = d.row_id AND t.tenant_id = $1',
                   p_family.table_name::regclass, v_sets, v_said, dbo.fn_key_column(p_family.table_name))
      USING p_tenant_id, p_family.table_name, p_ids;
    BEGIN
        EXECUTE format('UPDATE %s t SET %s FROM (%s) d WHERE t.%I = d.row_id AND t.tenant_id = $1',
                       p_family.table_name::regclass, v_key_sets, v_said, dbo.fn_key_column(p_family.table_name))
          USING p_tenant_id, p_family.table_name, p_ids;
    EXCEPTION WHEN unique_violation THEN
        NULL;
    END;
END $$;
