-- Counts the independent sources of rows anew, where they have evidence. p_table must have the standard columns;
-- any other table is left alone. Writes that table.
CREATE OR REPLACE FUNCTION dbo.usp_count_support(p_tenant_id integer, p_table text, p_key_column text, p_keys bigint[])
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF cardinality(p_keys) = 0 OR NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = p_table::regclass
                                                 AND a.attname = 'support' AND NOT a.attisdropped) THEN
        RETURN;
    END IF;
    EXECUTE format($q$
        UPDATE %1$s t SET support = s.support
          FROM (SELECT v.target_id, count(DISTINCT v.source_page_id)::integer AS support FROM dbo.evidence v
                 WHERE v.tenant_id = $1 AND v.target_table = $2 AND v.target_id = ANY ($3) GROUP BY v.target_id) s
         WHERE t.%2$I = s.target_id AND t.tenant_id = $1 AND t.support <> s.support $q$, p_table::regclass, p_key_column)
      USING p_tenant_id, p_table, p_keys;
END $$;
