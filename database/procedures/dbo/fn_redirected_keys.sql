-- The folded names that a folded name leads to over redirects of the tenant's wikis, however many lie between; not itself.
-- Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_redirected_keys(p_tenant_id integer, p_name_key text) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN -- plpgsql keeps its plan
    RETURN QUERY
    WITH RECURSIVE reached(name_key) AS (
        SELECT p_name_key
        UNION
        SELECT r.to_key FROM reached f JOIN ingest.redirect r ON r.tenant_id = p_tenant_id AND md5(r.from_key) = md5(f.name_key) AND r.from_key = f.name_key)
    SELECT f.name_key FROM reached f WHERE f.name_key <> p_name_key;
END $$;
