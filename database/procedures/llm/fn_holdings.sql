-- What a database holds, of all tenants: what would be lost with it. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_holdings(OUT pages bigint, OUT entities bigint, OUT runs bigint, OUT jobs bigint)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT (SELECT count(*) FROM sem.source_page), (SELECT count(*) FROM dbo.dim_entity), (SELECT count(*) FROM llm.run),
           (SELECT count(*) FROM llm.job)
$$;
