-- The entities of a tenant that an audit of names is about: all but merged and retired ones. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_audit_names(p_tenant_id integer)
RETURNS TABLE (entity_id bigint, name_key text, type_key text, name text)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT e.entity_id, e.name_key, coalesce(e.type_key, ''), e.entity_name FROM dbo.dim_entity e
     WHERE e.tenant_id = p_tenant_id AND e.promotion_state NOT IN ('merged', 'retired')
     ORDER BY e.entity_id
$$;
