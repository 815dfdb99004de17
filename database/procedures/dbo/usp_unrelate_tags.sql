-- Takes back what dbo.usp_relate_tags said of two tags. Returns whether there was such a relation. Writes dbo.bridge_tag_relation.
CREATE OR REPLACE FUNCTION dbo.usp_unrelate_tags(p_tenant_id integer, p_from text, p_relation text, p_to text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    DELETE FROM dbo.bridge_tag_relation r USING dbo.dim_tag f, dbo.dim_tag t
     WHERE r.tenant_id = p_tenant_id AND f.tag_id = r.from_tag_id AND f.tenant_id = r.tenant_id AND t.tag_id = r.to_tag_id AND t.tenant_id = r.tenant_id
       AND r.relation_type = CASE p_relation WHEN 'narrower' THEN 'broader' ELSE p_relation END
       AND ((f.name_key, t.name_key) = (dbo.fn_name_key(btrim(p_from, E' \t\n\r')), dbo.fn_name_key(btrim(p_to, E' \t\n\r'))) AND p_relation <> 'narrower'
            OR (t.name_key, f.name_key) = (dbo.fn_name_key(btrim(p_from, E' \t\n\r')), dbo.fn_name_key(btrim(p_to, E' \t\n\r'))) AND p_relation <> 'broader');
    RETURN FOUND;
END $$;
