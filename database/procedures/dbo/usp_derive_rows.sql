-- Computes bridges or facts of one table anew from their evidence: confidence, texts of bounds, attributes, support, state; a
-- state that a person gave stays. p_table: with its schema. Writes that table. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_derive_rows(p_tenant_id integer, p_table text, p_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF cardinality(p_ids) = 0 THEN
        RETURN;
    END IF;
    EXECUTE (SELECT format($q$
        UPDATE %1$s r
           SET confidence = t.confidence, support = t.support, updated_at = now(), %3$s
               attributes = dbo.fn_union_attributes(ARRAY(SELECT o.object FROM unnest(t.said) s(said)
                   CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN jsonb_typeof(s.said -> 'attributes') = 'array'
                        THEN s.said -> 'attributes' ELSE jsonb_build_array(s.said -> 'attributes') END) o(object))),
               promotion_state = CASE WHEN dbo.fn_state_rank(r.promotion_state) IS NULL THEN r.promotion_state ELSE t.state END
          FROM (SELECT v.target_id, max(v.confidence) AS confidence, count(DISTINCT v.source_page_id) AS support,
                       (array_agg(v.earned_state ORDER BY dbo.fn_state_rank(v.earned_state) DESC))[1] AS state,
                       array_agg(v.said) AS said
                  FROM dbo.evidence v
                 WHERE v.target_table = $2 AND v.target_id = ANY ($3) AND v.tenant_id = $1
                 GROUP BY v.target_id) t
         WHERE r.%2$I = t.target_id AND r.tenant_id = $1 $q$, p_table::regclass, dbo.fn_key_column(p_table),
        coalesce(string_agg(format('%1$I = dbo.fn_least_said(t.said, %1$L), ', a.attname), ''), ''))
      FROM pg_attribute a
     WHERE a.attrelid = p_table::regclass AND NOT a.attisdropped
       AND a.attname IN ('start_text', 'end_text', 'start_precision', 'end_precision', 'work_context'))
      USING p_tenant_id, p_table, p_ids;
END $$;
