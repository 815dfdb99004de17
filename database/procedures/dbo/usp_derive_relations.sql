-- Computes relations anew from their evidence: confidence, texts of bounds, attributes, support, state; what a
-- person decided stays. Writes dbo.bridge_entity_relation. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_derive_relations(p_tenant_id integer, p_relation_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE dbo.bridge_entity_relation r
       SET confidence = t.confidence, support = t.support, updated_at = now(),
           start_text = CASE WHEN d.is_decided THEN r.start_text ELSE dbo.fn_least_said(t.said, 'start_text') END,
           end_text = CASE WHEN d.is_decided THEN r.end_text ELSE dbo.fn_least_said(t.said, 'end_text') END,
           start_precision = CASE WHEN d.is_decided THEN r.start_precision ELSE dbo.fn_least_said(t.said, 'start_precision') END,
           end_precision = CASE WHEN d.is_decided THEN r.end_precision ELSE dbo.fn_least_said(t.said, 'end_precision') END,
           work_context = CASE WHEN d.is_decided THEN r.work_context ELSE dbo.fn_least_said(t.said, 'work_context') END,
           attributes = CASE WHEN d.is_decided THEN r.attributes ELSE dbo.fn_union_attributes(ARRAY(SELECT o.object FROM unnest(t.said) s(said)
               CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN jsonb_typeof(s.said -> 'attributes') = 'array'
                    THEN s.said -> 'attributes' ELSE jsonb_build_array(s.said -> 'attributes') END) o(object))) END,
           promotion_state = CASE WHEN dbo.fn_state_rank(r.promotion_state) IS NULL THEN r.promotion_state ELSE t.state END
      FROM (SELECT v.target_id, max(v.confidence) AS confidence, count(DISTINCT v.source_page_id) AS support,
                   (array_agg(v.earned_state ORDER BY dbo.fn_state_rank(v.earned_state) DESC))[1] AS state,
                   array_agg(v.said) AS said
              FROM dbo.evidence v
             WHERE v.target_table = 'dbo.bridge_entity_relation'
               AND v.target_id = ANY (p_relation_ids)
             GROUP BY v.target_id) t
      JOIN (SELECT x.relation_id, dbo.fn_is_decided(x.promotion_state) AS is_decided FROM dbo.bridge_entity_relation x
             WHERE x.relation_id = ANY (p_relation_ids) AND x.tenant_id = p_tenant_id) d ON d.relation_id = t.target_id
     WHERE r.relation_id = t.target_id AND r.tenant_id = p_tenant_id;
END $$;
