-- Relations under the names and in the directions that they are shown as (dbo.usp_relate_terms): one said as owned_by, the reverse of
-- owner_of, is an owner_of the other way round. said_type, is_reversed: as it was said.
CREATE OR REPLACE VIEW dbo.vw_entity_relation AS
SELECT r.relation_id, r.tenant_id, CASE WHEN s.is_reversed THEN r.to_entity_id ELSE r.from_entity_id END AS from_entity_id,
       coalesce(t.canonical, r.relation_type) AS relation_type, CASE WHEN s.is_reversed THEN r.from_entity_id ELSE r.to_entity_id END AS to_entity_id,
       r.relation_type AS said_type, s.is_reversed, r.start_date, r.end_date, r.start_text, r.end_text, r.start_precision, r.end_precision,
       r.start_work_id, r.end_work_id, r.work_context, r.promotion_state, r.confidence, r.support, r.attributes, r.source_llm_run_id, r.recorded_at, r.updated_at
  FROM dbo.bridge_entity_relation r
  LEFT JOIN dbo.term_relation t ON t.tenant_id = r.tenant_id AND t.kind = 'relation_type' AND t.term = r.relation_type
 CROSS JOIN LATERAL (SELECT coalesce(t.is_reversed, false) AS is_reversed) s;
