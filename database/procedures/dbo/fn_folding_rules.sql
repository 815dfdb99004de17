-- How the columns of a table take in what other rows or items say of the same: greatest confidence, highest state, all
-- attributes, least texts, best spelling; of a row that a person decided on, texts stay and attributes only come. For the columns outside of the natural key; dates of a dimension are left to
-- dbo.usp_narrow_dates. Rows: the column; aggregate over d that joins several; assignment that joins t with f, which
-- holds the aggregate. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_folding_rules(p_table text, p_unique_columns text[])
RETURNS TABLE (column_name text, aggregate text, assignment text)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN -- plpgsql keeps its plan
    RETURN QUERY
    WITH member AS (
        SELECT m.key AS member, m.value AS name, m.key IN ('start_date', 'end_date', 'start_text', 'end_text', 'start_precision', 'end_precision') AS is_date
          FROM dbo.dimension_family f CROSS JOIN LATERAL jsonb_each_text(f.member_columns) m WHERE f.table_name = p_table)
    SELECT a.attname::text, format(r.aggregate, a.attname),
           CASE WHEN a.attname IN ('confidence', 'promotion_state', 'earned_state', 'updated_at')
                     OR NOT EXISTS (SELECT FROM pg_attribute s WHERE s.attrelid = p_table::regclass AND s.attname = 'promotion_state' AND NOT s.attisdropped)
                THEN format(r.assignment, a.attname)
                WHEN a.attname IN ('attributes', 'said') THEN format('dbo.fn_enriched_attributes(t.promotion_state, t.%1$I, f.%1$I)', a.attname)
                ELSE format('CASE WHEN dbo.fn_is_decided(t.promotion_state) THEN t.%1$I ELSE %2$s END', a.attname, format(r.assignment, a.attname)) END
      FROM (VALUES
            (ARRAY['confidence'], 'max(d.%1$I)', 'greatest(t.%1$I, f.%1$I)'),
            (ARRAY['promotion_state', 'earned_state'],
             '(array_agg(d.%1$I ORDER BY d.%1$I = ''adjudicated'' DESC, d.%1$I = ''rejected'' DESC, dbo.fn_state_rank(d.%1$I) DESC NULLS LAST))[1]',
             'CASE WHEN f.%1$I = ''adjudicated'' OR f.%1$I = ''rejected'' AND t.%1$I <> ''adjudicated'' THEN f.%1$I ELSE dbo.fn_risen_state(t.%1$I, f.%1$I) END'),
            (ARRAY['attributes', 'said'], 'dbo.fn_union_attributes(array_agg(d.%1$I))',
             'dbo.fn_union_attributes(ARRAY[t.%1$I, f.%1$I])'),
            (ARRAY['start_text', 'end_text', 'start_precision', 'end_precision', 'work_context'],
             'min(d.%1$I COLLATE "C")', 'least(t.%1$I COLLATE "C", f.%1$I)'),
            (ARRAY['value', 'value_text'] || ARRAY(SELECT f.name_column FROM dbo.dimension_family f WHERE f.table_name = p_table)
             || ARRAY(SELECT m.name FROM member m WHERE NOT m.is_date),
             'substr(min(dbo.fn_name_rank(d.%1$I)), 6)', 'substr(least(dbo.fn_name_rank(t.%1$I), dbo.fn_name_rank(f.%1$I)), 6)'),
            (ARRAY['updated_at'], 'now()', 'now()')) r(columns, aggregate, assignment)
      JOIN pg_attribute a ON a.attrelid = p_table::regclass AND a.attname = ANY (r.columns) AND NOT a.attisdropped
     WHERE a.attname <> ALL (coalesce(p_unique_columns, '{}'))
       AND (a.attname NOT IN ('value', 'value_text') OR a.atttypid = 'text'::regtype)
       AND a.attname NOT IN (SELECT m.name FROM member m WHERE m.is_date)
     ORDER BY a.attnum;
END $$;
