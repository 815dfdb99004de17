-- Moves what waits for a proposal into its table, passage by passage, each with the evidence and the run that it had.
-- p_kind, p_family: as for dbo.usp_route_waiting_items. Returns how many items moved.
-- Writes that table, dbo.fact_assertion, dbo.evidence.
CREATE OR REPLACE FUNCTION dbo.usp_move_waiting_items(p_tenant_id integer, p_proposal_id bigint, p_kind text, p_family text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET jit = off AS $$
DECLARE
    v_passage record;
    v_waiting bigint[] := ARRAY(SELECT a.assertion_id FROM dbo.fact_assertion a
        WHERE a.tenant_id = p_tenant_id AND a.subject_table = 'dbo.schema_proposal' AND a.subject_id = p_proposal_id);
BEGIN
    FOR v_passage IN
        SELECT s.run_id, s.source_page_id, s.chunk_id,
               jsonb_agg(dbo.fn_waiting_item(p_kind, s.item) || jsonb_build_object('evidence', s.evidence) ORDER BY s.first_id) AS items
          FROM (SELECT v.run_id, v.source_page_id, v.chunk_id, v.target_id, i.item, min(v.evidence_id) AS first_id,
                       jsonb_agg(jsonb_build_object('char_start', v.char_start, 'char_end', v.char_end, 'quote', v.quote, 'grounding', v.grounding)
                                 ORDER BY v.char_start, v.char_end) AS evidence
                  FROM dbo.evidence v
                 CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN jsonb_typeof(v.said -> 'item') = 'array' THEN v.said -> 'item'
                                                              ELSE jsonb_build_array(v.said -> 'item') END) i(item)
                 WHERE v.target_table = 'dbo.fact_assertion' AND v.target_id = ANY (v_waiting) AND v.tenant_id = p_tenant_id
                 GROUP BY v.run_id, v.source_page_id, v.chunk_id, v.target_id, i.item) s
         GROUP BY s.run_id, s.source_page_id, s.chunk_id ORDER BY s.source_page_id, s.chunk_id, s.run_id
    LOOP
        PERFORM dbo.usp_route_waiting_items(p_tenant_id, v_passage.run_id, v_passage.source_page_id, v_passage.chunk_id, p_kind, p_family, v_passage.items);
    END LOOP;
    DELETE FROM dbo.evidence v WHERE v.target_table = 'dbo.fact_assertion' AND v.target_id = ANY (v_waiting) AND v.tenant_id = p_tenant_id;
    DELETE FROM dbo.fact_assertion a WHERE a.assertion_id = ANY (v_waiting) AND a.tenant_id = p_tenant_id;
    RETURN cardinality(v_waiting);
END $$;
