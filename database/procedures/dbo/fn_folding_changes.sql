-- The condition that dbo.fn_folding_assignments would change a row t, so that what says nothing new writes nothing.
-- Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_folding_changes(p_table text, p_unique_columns text[]) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT string_agg(format('t.%I IS DISTINCT FROM (%s)', r.column_name, r.assignment), ' OR ')
      FROM dbo.fn_folding_rules(p_table, p_unique_columns) r WHERE r.column_name <> 'updated_at'
$$;
