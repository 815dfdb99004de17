-- Routes the answer of a page_classification job: {primary_type, type_set?, confidence, descriptor_sentence?,
-- grounding, evidence?}. A page has one classification: of the newest contract, and of that the surest (then the
-- first by type), whatever the order in which answers come; one that a person decided about stays.
-- Returns counts (dbo.fn_routing_counts) of the page. Writes sem.page_classification, dbo.evidence.
-- Errors: AL003 names the member that is not of this shape; AL004 unknown job or run.
CREATE OR REPLACE FUNCTION dbo.usp_process_page_classification_output(p_job_id bigint, p_run_id uuid, p_output jsonb)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_job dbo.job_context := dbo.fn_job_context(p_job_id);
    v_passage record;
    v_fault text;
    v_confidence double precision;
    v_state text;
    v_type text;
    v_evidence_new integer;
BEGIN
    SELECT * INTO v_passage FROM dbo.fn_require_passage(v_job.tenant_id, p_run_id, v_job.source_page_id, NULL);
    IF jsonb_typeof(p_output) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = 'the output must be a JSON object';
    END IF;
    v_fault := coalesce(
        dbo.fn_item_fault(p_output, '{}', ARRAY['primary_type'], '{}', v_passage.text_length),
        CASE WHEN jsonb_typeof(coalesce(p_output -> 'type_set', 'null')) NOT IN ('array', 'null')
                  OR EXISTS (SELECT FROM jsonb_array_elements(CASE WHEN jsonb_typeof(p_output -> 'type_set') = 'array'
                                    THEN p_output -> 'type_set' ELSE '[]' END) t(type)
                              WHERE jsonb_typeof(t.type) <> 'string' OR length(t.type #>> '{}') > 200)
             THEN 'type_set: must be an array of strings of at most 200 characters' END,
        CASE WHEN jsonb_typeof(coalesce(p_output -> 'descriptor_sentence', 'null')) NOT IN ('string', 'null')
             THEN 'descriptor_sentence: must be a string' END);
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = 'page_classification.' || v_fault;
    END IF;
    v_type := dbo.fn_type_key(p_output ->> 'primary_type');
    v_confidence := (p_output ->> 'confidence')::double precision;
    v_state := dbo.fn_earned_state(v_job.tenant_id, 'page_classification', v_confidence, p_output ->> 'grounding');

    INSERT INTO sem.page_classification AS c (source_page_id, tenant_id, primary_type, type_set, confidence,
        descriptor_sentence, grounding, needs_review, promotion_state, contract_version, source_llm_run_id)
    SELECT v_job.source_page_id, v_job.tenant_id, v_type,
           ARRAY(SELECT DISTINCT dbo.fn_type_key(t.type) COLLATE "C" FROM jsonb_array_elements_text(CASE
                    WHEN jsonb_typeof(p_output -> 'type_set') = 'array' THEN p_output -> 'type_set' ELSE '[]' END) t(type)
                  WHERE btrim(t.type) <> '' UNION SELECT v_type COLLATE "C" ORDER BY 1),
           v_confidence, p_output ->> 'descriptor_sentence', p_output ->> 'grounding', v_state <> 'promoted', v_state,
           v_job.contract_version, p_run_id
    ON CONFLICT (source_page_id, tenant_id) DO UPDATE
       SET primary_type = EXCLUDED.primary_type, type_set = EXCLUDED.type_set, confidence = EXCLUDED.confidence,
           descriptor_sentence = EXCLUDED.descriptor_sentence, grounding = EXCLUDED.grounding,
           needs_review = EXCLUDED.needs_review, promotion_state = EXCLUDED.promotion_state,
           contract_version = EXCLUDED.contract_version, source_llm_run_id = EXCLUDED.source_llm_run_id, updated_at = now()
     WHERE NOT dbo.fn_is_decided(c.promotion_state)
       AND (string_to_array(EXCLUDED.contract_version, '.')::integer[] > string_to_array(c.contract_version, '.')::integer[]
            OR EXCLUDED.contract_version = c.contract_version
               AND (EXCLUDED.confidence > c.confidence
                    OR EXCLUDED.confidence = c.confidence
                       AND (EXCLUDED.primary_type COLLATE "C", coalesce(EXCLUDED.descriptor_sentence, '') COLLATE "C")
                         < (c.primary_type COLLATE "C", coalesce(c.descriptor_sentence, '') COLLATE "C")));

    v_evidence_new := dbo.usp_add_evidence(v_job.tenant_id, p_run_id, v_job.source_page_id, NULL, ARRAY(
        SELECT ROW('sem.page_classification', v_job.source_page_id, v.char_start, v.char_end, v.quote, v.grounding,
                   v_confidence, v_state, NULL, NULL, NULL)::dbo.evidence_item
          FROM dbo.fn_evidence_pieces(p_output, v_passage.char_start, v_passage.char_end) v));
    RETURN (SELECT dbo.fn_routing_counts(v_job.tenant_id, '{}', '{}', v_evidence_new)
                   || jsonb_build_object(c.promotion_state, 1)
              FROM sem.page_classification c
             WHERE c.source_page_id = v_job.source_page_id AND c.tenant_id = v_job.tenant_id);
END $$;
