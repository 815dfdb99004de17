-- The condition that rows t and d of one table have the same natural key, in a form that an index on it serves.
-- p_replaced: columns of d that are given by another expression, {"column": "expression"}. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_key_match(p_table text, p_replaced jsonb DEFAULT '{}') RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT string_agg(format(CASE WHEN a.attnotnull THEN 't.%1$I = %2$s' ELSE 't.%1$I IS NOT DISTINCT FROM %2$s' END, a.attname,
                             coalesce(p_replaced ->> a.attname::text, format('d.%I', a.attname))), ' AND ' ORDER BY k.place)
      FROM unnest(dbo.fn_natural_key(p_table)) WITH ORDINALITY k(name, place)
      JOIN pg_attribute a ON a.attrelid = p_table::regclass AND a.attname = k.name
$$;
