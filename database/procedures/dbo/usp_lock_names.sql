-- Takes the locks under which rows of these names may be read and written until the transaction ends, making names
-- that are new. First all are made, then all are locked, each in the order of the keys: two callers with overlapping
-- names wait for one another and never deadlock. Returns id and key of each. Writes dbo.name.
CREATE OR REPLACE FUNCTION dbo.usp_lock_names(p_tenant_id integer, p_keys text[]) RETURNS SETOF dbo.name_lock
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO dbo.name (tenant_id, name_key)
    SELECT p_tenant_id, k.key FROM (SELECT DISTINCT u.key COLLATE "C" AS key FROM unnest(p_keys) u(key)) k
     WHERE NOT EXISTS (SELECT FROM dbo.name n WHERE n.tenant_id = p_tenant_id AND n.name_hash = md5(k.key)::uuid)
     ORDER BY k.key
    ON CONFLICT (tenant_id, name_hash) DO NOTHING;
    RETURN QUERY
    SELECT n.name_id, n.name_key FROM dbo.name n
     WHERE n.tenant_id = p_tenant_id AND n.name_hash IN (SELECT md5(u.key)::uuid FROM unnest(p_keys) u(key))
     ORDER BY n.name_key COLLATE "C" FOR NO KEY UPDATE;
END $$;
