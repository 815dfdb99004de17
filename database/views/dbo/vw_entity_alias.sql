-- Other names of entities: as passages called them, as entities merged into them are called, and titles that a wiki redirects to
-- theirs. promotion_state is the
-- entity's.
CREATE OR REPLACE VIEW dbo.vw_entity_alias AS
SELECT e.entity_id, e.tenant_id, a.alias, e.promotion_state
  FROM dbo.dim_entity e
  CROSS JOIN LATERAL (
        SELECT m.said_name AS alias FROM dbo.entity_mention m
         WHERE m.entity_id = e.entity_id AND m.tenant_id = e.tenant_id AND (m.alias_of IS NOT NULL OR m.name_id <> e.name_id)
        UNION
        SELECT d.entity_name FROM dbo.dim_entity d
         WHERE d.merged_into_id = e.entity_id AND d.tenant_id = e.tenant_id AND d.name_id <> e.name_id
        UNION
        SELECT r.from_title FROM ingest.redirect r
         WHERE r.tenant_id = e.tenant_id AND md5(r.to_key) = md5(e.name_key) AND r.to_key = e.name_key AND r.from_key <> e.name_key) a;
