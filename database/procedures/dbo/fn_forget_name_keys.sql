-- The keys of the names whose locks it takes to forget a page: those that the page mentions, those of the entities that it
-- mentions and of what was merged into them, those of the rows that it speaks for, and those of the ends of the relations that it speaks for. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_forget_name_keys(p_tenant_id integer, p_source_page_id bigint) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_keys text[];
    v_more text[];
    v_table text;
BEGIN
    v_keys := ARRAY(
        SELECT n.name_key FROM dbo.entity_mention m JOIN dbo.name n ON n.name_id = m.name_id AND n.tenant_id = m.tenant_id
         WHERE m.source_page_id = p_source_page_id AND m.tenant_id = p_tenant_id
        UNION
        SELECT e.name_key FROM dbo.entity_mention m JOIN dbo.dim_entity e ON e.entity_id = m.entity_id AND e.tenant_id = m.tenant_id
         WHERE m.source_page_id = p_source_page_id AND m.tenant_id = p_tenant_id
        UNION
        SELECT e.name_key FROM dbo.entity_mention m JOIN dbo.dim_entity e ON e.merged_into_id = m.entity_id AND e.tenant_id = m.tenant_id
         WHERE m.source_page_id = p_source_page_id AND m.tenant_id = p_tenant_id
        UNION
        SELECT e.name_key FROM dbo.evidence v
          JOIN dbo.bridge_entity_relation r ON r.relation_id = v.target_id AND r.tenant_id = v.tenant_id
          JOIN dbo.dim_entity e ON e.entity_id IN (r.from_entity_id, r.to_entity_id) AND e.tenant_id = r.tenant_id
         WHERE v.source_page_id = p_source_page_id AND v.tenant_id = p_tenant_id AND v.target_table = 'dbo.bridge_entity_relation');
    FOR v_table IN
        SELECT DISTINCT v.target_table FROM dbo.evidence v WHERE v.source_page_id = p_source_page_id AND v.tenant_id = p_tenant_id
           AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = v.target_table::regclass AND a.attname = 'name_key')
    LOOP
        EXECUTE format('SELECT array_agg(DISTINCT t.name_key) FROM dbo.evidence v JOIN %s t ON t.%I = v.target_id AND t.tenant_id = v.tenant_id
                         WHERE v.source_page_id = $1 AND v.tenant_id = $2 AND v.target_table = $3',
                       v_table::regclass, dbo.fn_key_column(v_table))
           INTO v_more USING p_source_page_id, p_tenant_id, v_table;
        v_keys := v_keys || v_more;
    END LOOP;
    RETURN ARRAY(SELECT DISTINCT k.key COLLATE "C" FROM unnest(v_keys) k(key));
END $$;
