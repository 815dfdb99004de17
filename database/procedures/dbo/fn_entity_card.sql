-- An entity in short, as JSON. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_entity_card(p_tenant_id integer, p_entity_id bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT jsonb_build_object('entity_id', e.entity_id, 'name', e.entity_name, 'type', e.entity_type, 'state', e.promotion_state,
                              'support', e.support, 'confidence', e.confidence)
      FROM dbo.dim_entity e WHERE e.entity_id = p_entity_id AND e.tenant_id = p_tenant_id
$$;
