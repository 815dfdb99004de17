-- How a row takes in rows that say the same, as the SET list of an update of t from f, which has the columns joined:
-- greatest confidence, highest state (a person's decision before any, and yes before no), all attributes, least texts. For the columns that the table has outside of its
-- natural key. p_aggregates: the list of aggregates over d that gives f instead. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_folding_assignments(p_table text, p_unique_columns text[], p_aggregates boolean) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT string_agg(format(CASE WHEN p_aggregates THEN r.aggregate || ' AS %1$I' ELSE '%1$I = ' || r.assignment END, a.attname),
                      ', ' ORDER BY a.attnum)
      FROM (VALUES
            (ARRAY['confidence'], 'max(d.%1$I)', 'greatest(t.%1$I, f.%1$I)'),
            (ARRAY['promotion_state', 'earned_state'],
             '(array_agg(d.%1$I ORDER BY d.%1$I = ''adjudicated'' DESC, d.%1$I = ''rejected'' DESC, dbo.fn_state_rank(d.%1$I) DESC NULLS LAST))[1]',
             'CASE WHEN f.%1$I = ''adjudicated'' OR f.%1$I = ''rejected'' AND t.%1$I <> ''adjudicated'' THEN f.%1$I ELSE dbo.fn_risen_state(t.%1$I, f.%1$I) END'),
            (ARRAY['attributes', 'said'], 'dbo.fn_union_attributes(array_agg(d.%1$I))',
             'dbo.fn_union_attributes(ARRAY[t.%1$I, f.%1$I])'),
            (ARRAY['start_text', 'end_text', 'start_precision', 'end_precision', 'work_context'],
             'min(d.%1$I COLLATE "C")', 'least(t.%1$I COLLATE "C", f.%1$I)'),
            (ARRAY['updated_at'], 'now()', 'now()')) r(columns, aggregate, assignment)
      JOIN pg_attribute a ON a.attrelid = p_table::regclass AND a.attname = ANY (r.columns) AND NOT a.attisdropped
     WHERE a.attname <> ALL (coalesce(p_unique_columns, '{}'))
$$;
