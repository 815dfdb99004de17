-- Takes the locks under which rows of these names may be read and written until the transaction ends, making names
-- that are new. First all are made, then all are locked, each in the order of the keys: two callers with overlapping
-- names wait for one another and never deadlock. A name that was forgotten meanwhile is made again. Returns id and key of
-- each. Writes dbo.name.
CREATE OR REPLACE FUNCTION dbo.usp_lock_names(p_tenant_id integer, p_keys text[]) RETURNS SETOF dbo.name_lock
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_wanted integer := (SELECT count(DISTINCT u.key COLLATE "C") FROM unnest(p_keys) u(key));
    v_locked dbo.name_lock[];
BEGIN
    LOOP
        INSERT INTO dbo.name (tenant_id, name_key)
        SELECT p_tenant_id, k.key FROM (SELECT DISTINCT u.key COLLATE "C" AS key FROM unnest(p_keys) u(key)) k
         WHERE NOT EXISTS (SELECT FROM dbo.name n WHERE n.tenant_id = p_tenant_id AND n.name_hash = md5(k.key)::uuid)
         ORDER BY k.key
        ON CONFLICT (tenant_id, name_hash) DO NOTHING;
        v_locked := ARRAY(
            SELECT ROW(n.name_id, n.name_key)::dbo.name_lock FROM dbo.name n
             WHERE n.tenant_id = p_tenant_id AND n.name_hash IN (SELECT md5(u.key)::uuid FROM unnest(p_keys) u(key))
             ORDER BY n.name_key COLLATE "C" FOR NO KEY UPDATE);
        EXIT WHEN cardinality(v_locked) = v_wanted;
    END LOOP;
    RETURN QUERY SELECT l.name_id, l.name_key FROM unnest(v_locked) l;
END $$;
