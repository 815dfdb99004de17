-- The columns of a bridge that hold its two ends: the keys of their tables, told apart where both are one. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_bridge_columns(p_from dbo.dimension_family, p_to dbo.dimension_family, OUT from_column text, OUT to_column text)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT CASE WHEN k.f = k.t THEN 'from_' ELSE '' END || k.f, CASE WHEN k.f = k.t THEN 'to_' ELSE '' END || k.t
      FROM (SELECT dbo.fn_key_column(p_from.table_name) AS f, dbo.fn_key_column(p_to.table_name) AS t) k
$$;
