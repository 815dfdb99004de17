-- All about a proposal of a table: would_have (its typed columns, dbo.fn_proposed_columns), would_make (the statements that approving it runs) or cannot_be_made (why not), and examples:
-- up to p_limit of what waits, [{label, fields, start_text, end_text, confidence, support, evidence:[…]}]. Null: the tenant has none such.
-- Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_show_schema_proposal(p_tenant_id integer, p_proposal_id bigint, p_limit integer DEFAULT 10) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_proposal dbo.schema_proposal;
    v_definition text;
    v_columns jsonb;
    v_fault text;
BEGIN
    SELECT p.* INTO v_proposal FROM dbo.schema_proposal p WHERE p.proposal_id = p_proposal_id AND p.tenant_id = p_tenant_id;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF v_proposal.status = 'open' THEN
        BEGIN
            v_definition := (dbo.fn_proposed_table(v_proposal, NULL)).definition;
            v_columns := CASE WHEN v_definition IS NOT NULL THEN dbo.fn_proposed_columns(v_proposal, v_proposal.table_name, NULL) END;
        EXCEPTION WHEN SQLSTATE 'AL016' THEN
            v_fault := SQLERRM;
        END;
    END IF;
    RETURN to_jsonb(v_proposal) || jsonb_build_object('would_make', v_definition, 'would_have', v_columns, 'cannot_be_made', v_fault, 'examples', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('label', a.value, 'fields', a.attributes, 'start_date', a.start_date, 'end_date', a.end_date,
                   'start_text', a.start_text, 'end_text', a.end_text, 'confidence', a.confidence, 'support', a.support,
                   'evidence', dbo.fn_evidence_json(p_tenant_id, 'dbo.fact_assertion', a.assertion_id, 3)) ORDER BY a.support DESC, a.confidence DESC, a.assertion_id), '[]')
          FROM (SELECT * FROM dbo.fact_assertion w
                 WHERE w.tenant_id = p_tenant_id AND w.subject_table = 'dbo.schema_proposal' AND w.subject_id = p_proposal_id
                 ORDER BY w.support DESC, w.confidence DESC, w.assertion_id LIMIT p_limit) a));
END $$;
