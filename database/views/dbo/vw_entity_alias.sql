-- Other names of entities, as passages called them and as entities merged into them are called. promotion_state is the
-- entity's.
CREATE OR REPLACE VIEW dbo.vw_entity_alias AS
SELECT e.entity_id, e.tenant_id, a.alias, e.promotion_state
  FROM dbo.dim_entity e
  CROSS JOIN LATERAL (
        SELECT m.said_name AS alias FROM dbo.entity_mention m
         WHERE m.entity_id = e.entity_id AND m.tenant_id = e.tenant_id AND (m.alias_of IS NOT NULL OR m.name_id <> e.name_id)
        UNION
        SELECT d.entity_name FROM dbo.dim_entity d
         WHERE d.merged_into_id = e.entity_id AND d.tenant_id = e.tenant_id AND d.name_id <> e.name_id) a;
