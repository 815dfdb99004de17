-- Joins what is said of relations that were there already with what is known of them, and counts the pages that speak for them for the first time.
-- p_items, p_routed: items and what became of them, in one order. What a person decided stays as decided. Returns the relations that another
-- page speaks for. Writes dbo.bridge_entity_relation.
CREATE OR REPLACE FUNCTION dbo.usp_enrich_relations(p_tenant_id integer, p_passages dbo.passage[], p_items dbo.relation_item[], p_routed dbo.passage_item[])
RETURNS bigint[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off AS $$
DECLARE
    v_supported bigint[];
BEGIN
    WITH said AS MATERIALIZED (
        SELECT i.target_id, max(i.confidence) AS confidence,
               dbo.fn_state_of_rank(max(dbo.fn_state_rank(i.state))) AS state,
               dbo.fn_union_attributes(array_agg(i.attributes)) AS attributes,
               min(i.start_text COLLATE "C") AS start_text, min(i.end_text COLLATE "C") AS end_text,
               min(i.start_precision COLLATE "C") AS start_precision, min(i.end_precision COLLATE "C") AS end_precision,
               min(i.work_context COLLATE "C") AS work_context, array_agg(DISTINCT (p_passages[i.passage]).source_page_id) AS page_ids
          FROM unnest(p_items, p_routed) i(ordinal, from_mention_id, to_mention_id, from_entity_id, to_entity_id, relation_type, confidence, grounding, state,
                   start_date, end_date, start_text, end_text, start_precision, end_precision, start_work_id, end_work_id, work_context, attributes, passage,
                   of_passage, of_ordinal, target_id, is_new)
         WHERE NOT i.is_new
         GROUP BY i.target_id
    ), counted AS MATERIALIZED (
        SELECT s.*, (SELECT count(*)::integer FROM unnest(s.page_ids) p(page_id)
                      WHERE NOT EXISTS (SELECT FROM dbo.evidence v WHERE v.target_table = 'dbo.bridge_entity_relation' AND v.target_id = s.target_id
                                           AND v.source_page_id = p.page_id AND v.tenant_id = p_tenant_id)) AS pages_new
          FROM said s
    ), enriched AS (
        UPDATE dbo.bridge_entity_relation r
           SET confidence = greatest(r.confidence, t.confidence),
               promotion_state = dbo.fn_risen_state(r.promotion_state, t.state),
               attributes = dbo.fn_enriched_attributes(r.promotion_state, r.attributes, t.attributes),
               start_text = CASE WHEN dbo.fn_is_decided(r.promotion_state) THEN r.start_text ELSE least(r.start_text COLLATE "C", t.start_text) END,
               end_text = CASE WHEN dbo.fn_is_decided(r.promotion_state) THEN r.end_text ELSE least(r.end_text COLLATE "C", t.end_text) END,
               start_precision = CASE WHEN dbo.fn_is_decided(r.promotion_state) THEN r.start_precision
                                      ELSE least(r.start_precision COLLATE "C", t.start_precision) END,
               end_precision = CASE WHEN dbo.fn_is_decided(r.promotion_state) THEN r.end_precision
                                    ELSE least(r.end_precision COLLATE "C", t.end_precision) END,
               work_context = CASE WHEN dbo.fn_is_decided(r.promotion_state) THEN r.work_context
                                   ELSE least(r.work_context COLLATE "C", t.work_context) END,
               support = r.support + t.pages_new, updated_at = now()
          FROM counted t
         WHERE r.relation_id = t.target_id AND r.tenant_id = p_tenant_id
           AND (t.pages_new > 0 OR r.confidence < t.confidence
                OR r.promotion_state <> dbo.fn_risen_state(r.promotion_state, t.state)
                OR r.attributes <> dbo.fn_enriched_attributes(r.promotion_state, r.attributes, t.attributes)
                OR NOT dbo.fn_is_decided(r.promotion_state)
                   AND (r.start_text, r.end_text, r.start_precision, r.end_precision, r.work_context)
                   IS DISTINCT FROM (least(r.start_text COLLATE "C", t.start_text), least(r.end_text COLLATE "C", t.end_text),
                       least(r.start_precision COLLATE "C", t.start_precision),
                       least(r.end_precision COLLATE "C", t.end_precision), least(r.work_context COLLATE "C", t.work_context))))
    SELECT array_agg(c.target_id) FILTER (WHERE c.pages_new > 0) INTO v_supported FROM counted c;
    RETURN v_supported;
END $$;
