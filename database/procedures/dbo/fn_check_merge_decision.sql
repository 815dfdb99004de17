-- Raises AL003, naming the member, where an answer is no MergeDecision about the pair of a job's payload; see
-- dbo.usp_process_entity_dedupe_output for the shape. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_check_merge_decision(p_payload jsonb, p_output jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_pair jsonb := jsonb_build_array(p_payload -> 'first_entity_id', p_payload -> 'second_entity_id');
    v_fault text;
BEGIN
    v_fault := CASE
        WHEN jsonb_typeof(p_output) IS DISTINCT FROM 'object' THEN 'the output must be a JSON object'
        WHEN jsonb_typeof(v_pair -> 0) IS DISTINCT FROM 'number' OR jsonb_typeof(v_pair -> 1) IS DISTINCT FROM 'number'
        THEN 'the job''s payload must have first_entity_id and second_entity_id'
        WHEN coalesce(p_output ->> 'decision', '') NOT IN ('merge', 'distinct', 'unsure') THEN 'decision: must be merge, distinct or unsure'
        WHEN jsonb_typeof(p_output -> 'confidence') IS DISTINCT FROM 'number' OR (p_output ->> 'confidence')::numeric NOT BETWEEN 0 AND 1
        THEN 'confidence: must be a number from 0 to 1'
        WHEN jsonb_typeof(coalesce(p_output -> 'reason', 'null')) NOT IN ('string', 'null') OR length(p_output ->> 'reason') > 10000
        THEN 'reason: must be a string of at most 10000 characters'
        WHEN jsonb_typeof(coalesce(p_output -> 'grounding', 'null')) NOT IN ('string', 'null') THEN 'grounding: must be a string'
        WHEN p_output ->> 'decision' <> 'merge' THEN NULL
        WHEN NOT v_pair @> coalesce(p_output -> 'master_entity_id', 'null') OR jsonb_typeof(p_output -> 'master_entity_id') IS DISTINCT FROM 'number'
        THEN format('master_entity_id: must be %s or %s, the pair of the job', v_pair -> 0, v_pair -> 1)
        WHEN jsonb_typeof(p_output -> 'duplicate_entity_ids') IS DISTINCT FROM 'array' OR jsonb_array_length(p_output -> 'duplicate_entity_ids') <> 1
             OR NOT v_pair @> (p_output -> 'duplicate_entity_ids') OR p_output -> 'duplicate_entity_ids' -> 0 = p_output -> 'master_entity_id'
        THEN 'duplicate_entity_ids: must hold the other one of the pair of the job' END;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = v_fault;
    END IF;
END $$;
