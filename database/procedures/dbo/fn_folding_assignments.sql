-- How a row takes in rows that say the same, as the SET list of an update of t from f, which has the columns joined; see
-- dbo.fn_folding_rules. p_aggregates: the list of aggregates over d that gives f instead. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_folding_assignments(p_table text, p_unique_columns text[], p_aggregates boolean) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT string_agg(CASE WHEN p_aggregates THEN format('%s AS %I', r.aggregate, r.column_name)
                           ELSE format('%I = %s', r.column_name, r.assignment) END, ', ')
      FROM dbo.fn_folding_rules(p_table, p_unique_columns) r
$$;
