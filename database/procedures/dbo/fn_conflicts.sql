-- What contradicts some items of one type: the rows of dbo.vw_conflict whose one side they are. other_table and other_id name
-- the other side, which is a piece of evidence where kind is date. Nothing for types that cannot contradict. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_conflicts(p_tenant_id integer, p_item_type text, p_item_ids bigint[])
RETURNS TABLE (item_id bigint, kind text, predicate text, other_table text, other_id bigint, other_value text)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off SET enable_seqscan = off AS $$
DECLARE
    v_table text := (dbo.fn_item_kind(p_item_type)).table_name;
BEGIN
    IF v_table LIKE 'dbo.fact\_%' OR v_table LIKE 'dbo.bridge\_%' OR v_table IN ('dbo.dim_work', 'dbo.dim_period') THEN
        -- One by one, so that even where nothing is known of the tables' sizes each is a look-up by key; and no look by the tenant alone (+ 0),
        -- which seems to find one row where the statistics are older than the tenant, and reads all of its rows.
        RETURN QUERY EXECUTE format('SELECT c.row_id, c.kind, c.predicate, c.other_table, c.other_id, c.other_value
            FROM unnest($2) i(id) CROSS JOIN LATERAL (SELECT v.* FROM dbo.vw_conflict v
                  WHERE v.tenant_id + 0 = $1 AND v.table_name = %L AND v.row_id = i.id OFFSET 0) c', v_table)
          USING p_tenant_id, p_item_ids;
    END IF;
END $$;
