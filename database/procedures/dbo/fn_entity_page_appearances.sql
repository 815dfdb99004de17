-- The events, works and places that an entity has a part in, as JSON: by family, then start. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_entity_page_appearances(p_tenant_id integer, p_entity_id bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('family', a.family, 'id', a.id, 'name', a.name, 'type', a.type, 'role', a.role,
                'start_date', a.start_date, 'end_date', a.end_date, 'confidence', a.confidence,
                'promotion_state', a.promotion_state) ORDER BY a.family, a.start_date, a.name COLLATE "C", a.id), '[]')
      FROM (SELECT 'event' AS family, b.entity_event_id AS id, d.event_name AS name, d.event_type AS type,
                   b.participation_role AS role, coalesce(b.start_date, d.event_date) AS start_date,
                   coalesce(b.end_date, d.event_end_date) AS end_date, b.confidence, b.promotion_state
              FROM dbo.bridge_entity_event b JOIN dbo.dim_event d USING (event_id, tenant_id)
             WHERE b.entity_id = p_entity_id AND b.tenant_id = p_tenant_id
            UNION ALL
            SELECT 'work', b.entity_work_id, d.work_name, d.work_type, b.appearance_type, coalesce(b.start_date, d.release_date),
                   b.end_date, b.confidence, b.promotion_state
              FROM dbo.bridge_entity_work b JOIN dbo.dim_work d USING (work_id, tenant_id)
             WHERE b.entity_id = p_entity_id AND b.tenant_id = p_tenant_id
            UNION ALL
            SELECT 'location', b.entity_location_id, d.location_name, d.location_type, b.location_role, b.start_date, b.end_date,
                   b.confidence, b.promotion_state
              FROM dbo.bridge_entity_location b JOIN dbo.dim_location d USING (location_id, tenant_id)
             WHERE b.entity_id = p_entity_id AND b.tenant_id = p_tenant_id) a
$$;
