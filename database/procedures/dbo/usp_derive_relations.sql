-- Computes relations anew from their evidence; see dbo.usp_derive_rows.
CREATE OR REPLACE FUNCTION dbo.usp_derive_relations(p_tenant_id integer, p_relation_ids bigint[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT dbo.usp_derive_rows(p_tenant_id, 'dbo.bridge_entity_relation', p_relation_ids)
$$;
