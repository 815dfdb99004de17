-- The name of the row that a fact is about, as "R2-D2 (droid)"; table and id where it is of no dimension. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_dimension_name(p_tenant_id integer, p_table text, p_id bigint) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT coalesce(CASE p_table
        WHEN 'dbo.dim_entity' THEN (SELECT e.entity_name || ' (' || e.entity_type || ')' FROM dbo.dim_entity e WHERE e.entity_id = p_id AND e.tenant_id = p_tenant_id)
        WHEN 'dbo.dim_event' THEN (SELECT e.event_name || ' (' || e.event_type || ')' FROM dbo.dim_event e WHERE e.event_id = p_id AND e.tenant_id = p_tenant_id)
        WHEN 'dbo.dim_work' THEN (SELECT e.work_name || ' (' || e.work_type || ')' FROM dbo.dim_work e WHERE e.work_id = p_id AND e.tenant_id = p_tenant_id)
        WHEN 'dbo.dim_location' THEN (SELECT e.location_name || ' (' || e.location_type || ')' FROM dbo.dim_location e WHERE e.location_id = p_id AND e.tenant_id = p_tenant_id)
        WHEN 'dbo.dim_period' THEN (SELECT e.period_name || ' (' || e.period_type || ')' FROM dbo.dim_period e WHERE e.period_id = p_id AND e.tenant_id = p_tenant_id)
        WHEN 'dbo.dim_concept' THEN (SELECT e.concept_name || ' (' || e.concept_type || ')' FROM dbo.dim_concept e WHERE e.concept_id = p_id AND e.tenant_id = p_tenant_id)
        END, format('%s %s', p_table, p_id))
$$;
