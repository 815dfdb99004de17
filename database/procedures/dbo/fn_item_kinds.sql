-- The kinds of rows that a person can decide about by one common step (dbo.usp_adjudicate_row), in dbo.item_kind's shape.
-- A column may be given by its own name too. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_item_kinds() RETURNS SETOF dbo.item_kind
LANGUAGE sql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT k.item_type, k.table_name, k.key_column, k.name_column, k.type_columns,
           k.fields || CASE WHEN k.has_bounds THEN '{"start_date": "start_date", "end_date": "end_date", "start_text": "start_text",
                "end_text": "end_text", "start_precision": "start_precision", "end_precision": "end_precision",
                "start_work_id": "start_work_id", "end_work_id": "end_work_id", "work_context": "work_context"}'::jsonb ELSE '{}' END
      FROM (VALUES
            ('entity', 'dbo.dim_entity', 'entity_id', 'entity_name', ARRAY['entity_type'], false,
             '{"name": "entity_name", "type": "entity_type", "attributes": "attributes"}'::jsonb),
            ('relation', 'dbo.bridge_entity_relation', 'relation_id', NULL, ARRAY['relation_type'], true,
             '{"type": "relation_type", "from": "from_entity_id", "to": "to_entity_id", "attributes": "attributes"}'),
            ('event', 'dbo.dim_event', 'event_id', 'event_name', ARRAY['event_type'], false,
             '{"name": "event_name", "type": "event_type", "date": "event_date", "end_date": "event_end_date",
               "date_text": "event_date_text", "date_precision": "event_date_precision", "location": "event_location",
               "description": "event_description", "attributes": "attributes"}'),
            ('work', 'dbo.dim_work', 'work_id', 'work_name', ARRAY['work_type'], false,
             '{"name": "work_name", "type": "work_type", "date": "release_date", "end_date": "release_end_date",
               "date_text": "release_date_text", "date_precision": "release_date_precision",
               "canon_status": "canon_status", "attributes": "attributes"}'),
            ('location', 'dbo.dim_location', 'location_id', 'location_name', ARRAY['location_type'], false,
             '{"name": "location_name", "type": "location_type", "attributes": "attributes"}'),
            ('period', 'dbo.dim_period', 'period_id', 'period_name', ARRAY['period_type'], false,
             '{"name": "period_name", "type": "period_type", "start_date": "start_date", "end_date": "end_date",
               "start_text": "start_text", "end_text": "end_text", "start_precision": "start_precision",
               "end_precision": "end_precision", "attributes": "attributes"}'),
            ('concept', 'dbo.dim_concept', 'concept_id', 'concept_name', ARRAY['concept_type'], false,
             '{"name": "concept_name", "type": "concept_type", "attributes": "attributes"}'),
            ('page_classification', 'sem.page_classification', 'source_page_id', NULL, ARRAY['primary_type'], false,
             '{"type": "primary_type", "types": "type_set", "descriptor": "descriptor_sentence"}'),
            ('entity_event', 'dbo.bridge_entity_event', 'entity_event_id', NULL, ARRAY['participation_role'], true,
             '{"role": "participation_role", "entity": "entity_id", "event": "event_id", "attributes": "attributes"}'),
            ('entity_work', 'dbo.bridge_entity_work', 'entity_work_id', NULL, ARRAY['appearance_type'], true,
             '{"role": "appearance_type", "entity": "entity_id", "work": "work_id", "attributes": "attributes"}'),
            ('entity_location', 'dbo.bridge_entity_location', 'entity_location_id', NULL, ARRAY['location_role'], true,
             '{"role": "location_role", "entity": "entity_id", "location": "location_id", "attributes": "attributes"}'),
            ('entity_period', 'dbo.bridge_entity_period', 'entity_period_id', NULL, ARRAY['period_role'], true,
             '{"role": "period_role", "entity": "entity_id", "period": "period_id", "attributes": "attributes"}'),
            ('entity_concept', 'dbo.bridge_entity_concept', 'entity_concept_id', NULL, ARRAY['concept_role'], true,
             '{"role": "concept_role", "entity": "entity_id", "concept": "concept_id", "attributes": "attributes"}'),
            ('assertion', 'dbo.fact_assertion', 'assertion_id', NULL, ARRAY['predicate'], true,
             '{"predicate": "predicate", "value": "value", "attributes": "attributes"}'),
            ('measurement', 'dbo.fact_measurement', 'measurement_id', NULL, ARRAY['predicate'], true,
             '{"predicate": "predicate", "value": "value", "unit": "unit", "value_text": "value_text", "attributes": "attributes"}'),
            ('state', 'dbo.fact_state', 'state_id', NULL, ARRAY['predicate'], true,
             '{"predicate": "predicate", "value": "value", "attributes": "attributes"}')
           ) k(item_type, table_name, key_column, name_column, type_columns, has_bounds, fields)
$$;
