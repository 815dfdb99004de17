-- Everything that waits for a person: candidates among entities and relations, and unsure classifications of pages.
CREATE OR REPLACE VIEW dbo.vw_review_item AS
SELECT e.tenant_id, 'dbo.dim_entity' AS target_table, e.entity_id AS target_id,
       e.entity_name || ' (' || e.entity_type || ')' AS item, e.confidence::double precision AS confidence, e.support,
       e.promotion_state::text AS promotion_state, e.recorded_at
  FROM dbo.dim_entity e WHERE e.promotion_state = 'candidate'
UNION ALL
SELECT r.tenant_id, 'dbo.bridge_entity_relation', r.relation_id,
       f.entity_name || ' – ' || r.relation_type || ' → ' || t.entity_name
       || coalesce(' (' || coalesce(r.start_date::text, '') || ' … ' || coalesce(r.end_date::text, '') || ')', ''),
       r.confidence::double precision, r.support, r.promotion_state::text, r.recorded_at
  FROM dbo.bridge_entity_relation r
  JOIN dbo.dim_entity f ON f.entity_id = r.from_entity_id AND f.tenant_id = r.tenant_id
  JOIN dbo.dim_entity t ON t.entity_id = r.to_entity_id AND t.tenant_id = r.tenant_id
 WHERE r.promotion_state = 'candidate'
UNION ALL
SELECT c.tenant_id, 'sem.page_classification', c.source_page_id, c.title || ' (' || c.primary_type || ')',
       c.confidence, 1, c.promotion_state, p.recorded_at
  FROM sem.vw_pages_needing_review c JOIN sem.source_page p USING (source_page_id, tenant_id);
