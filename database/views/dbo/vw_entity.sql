-- Entities under the types that they are shown as (dbo.usp_relate_terms); said_type as it was said. Merged ones are not among them.
CREATE OR REPLACE VIEW dbo.vw_entity AS
SELECT e.entity_id, e.tenant_id, e.entity_name, coalesce(t.canonical, e.entity_type) AS entity_type, e.entity_type AS said_type, e.promotion_state,
       e.confidence, e.support, e.attributes, e.source_llm_run_id, e.recorded_at, e.updated_at
  FROM dbo.dim_entity e
  LEFT JOIN dbo.term_relation t ON t.tenant_id = e.tenant_id AND t.kind = 'entity_type' AND t.term = e.entity_type
 WHERE e.merged_into_id IS NULL;
