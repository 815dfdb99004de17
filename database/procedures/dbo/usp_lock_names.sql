-- Takes the locks under which rows of these names may be read and written until the transaction ends, making names
-- that are new. First all are made, then all are locked, each in the order of the keys: two callers with overlapping
-- names wait for one another and never deadlock. A name that was forgotten meanwhile is made again. Returns id and key of
-- each. Writes dbo.name.
CREATE OR REPLACE FUNCTION dbo.usp_lock_names(p_tenant_id integer, p_keys text[]) RETURNS SETOF dbo.name_lock
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off AS $$
DECLARE
    v_wanted integer;
    v_known tid[];
    v_made dbo.name_lock[];
    v_locked dbo.name_lock[];
BEGIN
    LOOP
        -- Where a name lies is remembered, so that it is not looked for again to be locked.
        WITH wanted AS MATERIALIZED (
            SELECT k.key, n.place
              FROM (SELECT DISTINCT u.key COLLATE "C" AS key FROM unnest(p_keys) u(key)) k
              LEFT JOIN LATERAL (SELECT x.ctid AS place FROM dbo.name x WHERE x.tenant_id = p_tenant_id AND x.name_hash = md5(k.key)::uuid OFFSET 0) n ON true
        ), made AS (
            INSERT INTO dbo.name AS x (tenant_id, name_key)
            SELECT p_tenant_id, w.key FROM wanted w WHERE w.place IS NULL ORDER BY w.key
            ON CONFLICT (tenant_id, name_hash) DO NOTHING
            RETURNING x.name_id, x.name_key)
        SELECT (SELECT count(*) FROM wanted), (SELECT array_agg(w.place) FROM wanted w WHERE w.place IS NOT NULL),
               (SELECT array_agg(ROW(m.name_id, m.name_key)::dbo.name_lock) FROM made m)
          INTO v_wanted, v_known, v_made;
        v_locked := v_made || ARRAY(
            SELECT ROW(n.name_id, n.name_key)::dbo.name_lock FROM dbo.name n
             WHERE n.ctid = ANY (v_known) AND n.tenant_id = p_tenant_id
             ORDER BY n.name_key COLLATE "C" FOR NO KEY UPDATE);
        EXIT WHEN coalesce(cardinality(v_locked), 0) = v_wanted;
    END LOOP;
    RETURN QUERY SELECT l.name_id, l.name_key FROM unnest(v_locked) l;
END $$;
