-- Types and relation names that stand for others (dbo.usp_relate_terms), how, and how many rows say each.
CREATE OR REPLACE VIEW dbo.vw_term AS
SELECT t.tenant_id, t.kind, t.term, CASE WHEN t.is_reversed THEN 'reversed' ELSE 'synonym' END AS relation, t.canonical, t.actor, t.recorded_at,
       CASE t.kind WHEN 'relation_type' THEN (SELECT count(*) FROM dbo.bridge_entity_relation r WHERE r.relation_type = t.term AND r.tenant_id = t.tenant_id)
            ELSE (SELECT count(*) FROM dbo.dim_entity e WHERE e.entity_type = t.term AND e.merged_into_id IS NULL AND e.tenant_id = t.tenant_id) END AS rows
  FROM dbo.term_relation t;
