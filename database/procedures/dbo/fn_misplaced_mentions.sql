-- Mentions that bridges and facts of some entities rest on, but which are mentions of other entities: what came after a merge
-- that is being taken back. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_misplaced_mentions(p_tenant_id integer, p_entity_ids bigint[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_end record;
    v_some bigint[];
    v_all bigint[] := '{}';
BEGIN
    FOR v_end IN SELECT t.table_name, e.key AS name, e.value AS mention
                   FROM (SELECT f.table_name FROM dbo.bridge_family f UNION SELECT f.table_name FROM dbo.fact_family f) t
                  CROSS JOIN LATERAL jsonb_each_text(dbo.fn_mention_ends(t.table_name)) e LOOP
        EXECUTE format('SELECT coalesce(array_agg(m.mention_id), ''{}'')
              FROM %1$s d
              JOIN dbo.evidence v ON v.target_table = $3 AND v.target_id = d.%2$I AND v.tenant_id = d.tenant_id
              JOIN dbo.entity_mention m ON m.mention_id = v.%3$I
             WHERE d.%4$I = ANY ($2) AND d.tenant_id = $1 %5$s AND m.entity_id <> d.%4$I', v_end.table_name::regclass,
            dbo.fn_key_column(v_end.table_name), v_end.mention, v_end.name,
            CASE WHEN v_end.name = 'subject_id' THEN 'AND d.subject_table = ''dbo.dim_entity''' ELSE '' END)
           INTO v_some USING p_tenant_id, p_entity_ids, v_end.table_name;
        v_all := v_all || v_some;
    END LOOP;
    RETURN v_all;
END $$;
