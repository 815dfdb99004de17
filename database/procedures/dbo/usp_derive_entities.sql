-- Computes entities anew from their mentions and evidence: shown name, confidence, attributes, support, state. For rows
-- whose mentions have moved; what a person decided stays. Rows that no mention is left of and that nothing
-- else refers to go away. Writes dbo.dim_entity, dbo.entity_dedupe_candidate. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_derive_entities(p_tenant_id integer, p_entity_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_empty bigint[];
BEGIN
    UPDATE dbo.dim_entity e
       SET entity_name = CASE WHEN dbo.fn_is_decided(e.promotion_state) THEN e.entity_name ELSE coalesce(t.entity_name, e.entity_name) END,
           confidence = t.confidence, support = t.support,
           attributes = CASE WHEN dbo.fn_is_decided(e.promotion_state) THEN t.attributes || e.attributes ELSE t.attributes END,
           entity_type = CASE WHEN dbo.fn_is_decided(e.promotion_state) THEN e.entity_type
                              ELSE coalesce(e.type_key, t.said_type, e.entity_type) END, updated_at = now(),
           promotion_state = CASE WHEN dbo.fn_state_rank(e.promotion_state) IS NULL THEN e.promotion_state ELSE t.state END
      FROM (SELECT m.entity_id,
                   (array_agg(m.said_name ORDER BY dbo.fn_name_rank(m.said_name)) 
                       FILTER (WHERE m.alias_of IS NULL AND m.name_id = d.name_id))[1] AS entity_name,
                   max(m.confidence) AS confidence,
                   min(m.said_type COLLATE "C") FILTER (WHERE m.name_id = d.name_id) AS said_type,
                   dbo.fn_union_attributes(array_agg(m.attributes)) AS attributes,
                   (array_agg(m.earned_state ORDER BY dbo.fn_state_rank(m.earned_state) DESC))[1] AS state,
                   (SELECT count(DISTINCT v.source_page_id) FROM dbo.evidence v
                     WHERE v.target_table = 'dbo.dim_entity' AND v.target_id = m.entity_id AND v.tenant_id = p_tenant_id) AS support
              FROM dbo.entity_mention m JOIN dbo.dim_entity d ON d.entity_id = m.entity_id AND d.tenant_id = m.tenant_id
             WHERE m.entity_id = ANY (p_entity_ids) AND m.tenant_id = p_tenant_id
             GROUP BY m.entity_id HAVING bool_or(m.alias_of IS NULL)) t
     WHERE e.entity_id = t.entity_id AND e.tenant_id = p_tenant_id;

    v_empty := ARRAY(SELECT e.entity_id FROM dbo.dim_entity e
        WHERE e.entity_id = ANY (p_entity_ids) AND e.tenant_id = p_tenant_id AND e.type_key IS NULL
          AND dbo.fn_state_rank(e.promotion_state) IS NOT NULL
          AND NOT EXISTS (SELECT FROM dbo.entity_mention m WHERE m.entity_id = e.entity_id)
          AND NOT EXISTS (SELECT FROM dbo.dim_entity o WHERE o.merged_into_id = e.entity_id));
    v_empty := dbo.fn_unreferenced(p_tenant_id, 'dbo.dim_entity', v_empty);
    DELETE FROM dbo.entity_dedupe_candidate c WHERE c.first_entity_id = ANY (v_empty) OR c.second_entity_id = ANY (v_empty);
    DELETE FROM dbo.dim_entity e WHERE e.entity_id = ANY (v_empty) AND e.tenant_id = p_tenant_id;
END $$;
