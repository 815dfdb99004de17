-- How tags stand to one another, from every end: a synonym both ways, and with each broader its narrower.
CREATE OR REPLACE VIEW dbo.vw_tag_relation AS
SELECT r.tag_relation_id, r.tenant_id, r.from_tag_id, f.tag_name AS from_tag, v.relation_type, r.to_tag_id, t.tag_name AS to_tag
  FROM (SELECT tag_relation_id, tenant_id, from_tag_id, to_tag_id, relation_type FROM dbo.bridge_tag_relation
        UNION ALL
        SELECT tag_relation_id, tenant_id, to_tag_id, from_tag_id, CASE relation_type WHEN 'broader' THEN 'narrower' ELSE relation_type END
          FROM dbo.bridge_tag_relation) r(tag_relation_id, tenant_id, from_tag_id, to_tag_id, relation_type)
 CROSS JOIN LATERAL (SELECT r.relation_type) v
  JOIN dbo.dim_tag f ON f.tag_id = r.from_tag_id AND f.tenant_id = r.tenant_id
  JOIN dbo.dim_tag t ON t.tag_id = r.to_tag_id AND t.tenant_id = r.tenant_id;
