-- Pages whose classification a person should look at, the least sure first when ordered by confidence.
CREATE OR REPLACE VIEW sem.vw_pages_needing_review AS
SELECT c.source_page_id, c.tenant_id, p.locator, p.title, c.primary_type, c.type_set, c.confidence, c.descriptor_sentence,
       c.grounding, c.promotion_state, c.source_llm_run_id
  FROM sem.page_classification c JOIN sem.source_page p USING (source_page_id, tenant_id)
 WHERE c.needs_review AND c.promotion_state NOT IN ('adjudicated', 'rejected');
