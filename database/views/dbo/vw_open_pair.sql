-- Pairs of entities that may be one and wait for a decision; not those of which one was rejected. Each state is a look-up by key,
-- never a join, since callers ask for pairs of one entity at a time.
CREATE OR REPLACE VIEW dbo.vw_open_pair AS
SELECT c.*
  FROM dbo.entity_dedupe_candidate c
 WHERE c.status = 'open'
   AND (SELECT e.promotion_state FROM dbo.dim_entity e WHERE e.entity_id = c.first_entity_id AND e.tenant_id = c.tenant_id) IS DISTINCT FROM 'rejected'
   AND (SELECT e.promotion_state FROM dbo.dim_entity e WHERE e.entity_id = c.second_entity_id AND e.tenant_id = c.tenant_id) IS DISTINCT FROM 'rejected';
