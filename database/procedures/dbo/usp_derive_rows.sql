-- Computes rows of any table with the standard columns anew from their evidence: confidence, support, state, attributes
-- and texts of bounds, of dimensions what dbo.usp_derive_dimensions does; what a person decided stays. Rows without evidence are left alone. p_table: with its schema.
-- Writes it. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_derive_rows(p_tenant_id integer, p_table text, p_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_family dbo.dimension_family;
    v_texts text;
BEGIN
    IF p_table = 'dbo.bridge_entity_relation' THEN
        PERFORM dbo.usp_derive_relations(p_tenant_id, p_ids);
        RETURN;
    END IF;
    SELECT string_agg(format(', %1$I = CASE WHEN dbo.fn_is_decided(t.promotion_state) THEN t.%1$I ELSE dbo.fn_least_said(e.said, %1$L) END', a.attname), '') INTO v_texts
      FROM pg_attribute a
     WHERE a.attrelid = p_table::regclass AND NOT a.attisdropped
       AND a.attname IN ('start_text', 'end_text', 'start_precision', 'end_precision', 'work_context');
    EXECUTE format($q$
        UPDATE %1$s t
           SET confidence = e.confidence, support = e.support, updated_at = now(),
               attributes = CASE WHEN dbo.fn_is_decided(t.promotion_state) THEN t.attributes ELSE dbo.fn_union_attributes(ARRAY(SELECT o.object FROM unnest(e.said) s(said)
                   CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN jsonb_typeof(s.said -> 'attributes') = 'array'
                        THEN s.said -> 'attributes' ELSE jsonb_build_array(s.said -> 'attributes') END) o(object)
                    WHERE jsonb_typeof(o.object) = 'object')) END,
               promotion_state = CASE WHEN dbo.fn_state_rank(t.promotion_state) IS NULL THEN t.promotion_state ELSE e.state END%3$s
          FROM (SELECT v.target_id, max(v.confidence) AS confidence, count(DISTINCT v.source_page_id) AS support,
                       (array_agg(v.earned_state ORDER BY dbo.fn_state_rank(v.earned_state) DESC))[1] AS state, array_agg(v.said) AS said
                  FROM dbo.evidence v WHERE v.tenant_id = $1 AND v.target_table = $2 AND v.target_id = ANY ($3)
                 GROUP BY v.target_id) e
         WHERE t.%2$I = e.target_id AND t.tenant_id = $1 $q$, p_table::regclass, dbo.fn_key_column(p_table), v_texts)
      USING p_tenant_id, p_table, p_ids;
    SELECT f.* INTO v_family FROM dbo.dimension_family f WHERE f.table_name = p_table AND f.family <> 'entity';
    IF FOUND THEN
        PERFORM dbo.usp_derive_dimensions(p_tenant_id, v_family, p_ids);
    END IF;
END $$;
