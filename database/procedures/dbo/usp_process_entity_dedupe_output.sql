-- Routes the answer of an entity_dedupe job, a MergeDecision about the pair in the job's payload: p_output {"decision": "merge" |
-- "distinct" | "unsure", "master_entity_id", "duplicate_entity_ids": […], "confidence", "reason"}; master and duplicates only of
-- a merge, and both of the pair. Thresholds of item type entity_dedupe decide: a merge at auto_promote or above is done
-- (dbo.usp_merge_entities, actor "model …"), distinct at manual_review or above closes the pair; else the pair stays open for
-- review, as it does where the answer had to be mended (grounding fuzzy). The decision is kept on the pair in any case. A pair that
-- was decided meanwhile stays as it is. Where one of the two is merged or gone, there is nothing to decide: the answer is not looked
-- at, and "reason" says so.
-- Returns {"decision", "applied", "status", "merge_id", "reason"?}. Writes dbo.entity_dedupe_candidate and what a merge writes.
-- Errors: AL003 names the member that is not of this shape; AL004 unknown job, run or entity.
CREATE OR REPLACE FUNCTION dbo.usp_process_entity_dedupe_output(p_job_id bigint, p_run_id uuid, p_output jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_job record;
    v_run record;
    v_pair bigint[];
    v_earned text;
    v_decision text := p_output ->> 'decision';
    v_is_distinct boolean := false;
    v_is_kept boolean := false;
    v_status text := 'open';
    v_merge_id bigint;
    v_gone text;
BEGIN
    SELECT j.tenant_id, j.payload INTO v_job FROM llm.job j WHERE j.job_id = p_job_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('there is no live job %s', coalesce(p_job_id::text, 'null'));
    END IF;
    SELECT r.model INTO v_run FROM llm.run r WHERE r.run_id = p_run_id AND r.tenant_id = v_job.tenant_id;
    IF p_run_id IS NOT NULL AND NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('tenant %s has no run %s', v_job.tenant_id, p_run_id);
    END IF;
    IF v_job.payload @? '$ ? (@.first_entity_id.type() == "number" && @.second_entity_id.type() == "number")' THEN
        v_pair := ARRAY[(v_job.payload ->> 'first_entity_id')::bigint, (v_job.payload ->> 'second_entity_id')::bigint];
        PERFORM dbo.usp_lock_merge(v_job.tenant_id, v_pair);
        SELECT string_agg(format('entity %s is %s', p.id, CASE WHEN e.entity_id IS NULL THEN 'gone' ELSE 'merged into ' || e.merged_into_id END), ', ' ORDER BY p.id)
          INTO v_gone FROM unnest(v_pair) p(id) LEFT JOIN dbo.dim_entity e ON e.entity_id = p.id AND e.tenant_id = v_job.tenant_id
         WHERE e.entity_id IS NULL OR e.merged_into_id IS NOT NULL;
    END IF;
    IF v_gone IS NULL THEN
        PERFORM dbo.fn_check_merge_decision(v_job.payload, p_output);
        v_earned := dbo.fn_earned_state(v_job.tenant_id, 'entity_dedupe', (p_output ->> 'confidence')::double precision,
                                        coalesce(p_output ->> 'grounding', 'exact'));
        v_is_distinct := v_decision = 'distinct' AND v_earned <> 'suppressed' AND p_output ->> 'grounding' IS DISTINCT FROM 'fuzzy';
        UPDATE dbo.entity_dedupe_candidate c
           SET decision = p_output || jsonb_strip_nulls(jsonb_build_object('run_id', p_run_id, 'model', v_run.model)),
               status = CASE WHEN v_is_distinct THEN 'distinct' ELSE c.status END
         WHERE c.tenant_id = v_job.tenant_id AND c.first_entity_id = v_pair[1] AND c.second_entity_id = v_pair[2] AND c.status = 'open';
        v_is_kept := FOUND;
    END IF;
    IF v_is_kept AND v_decision = 'merge' AND v_earned = 'promoted' AND NOT EXISTS (
            SELECT FROM dbo.entity_dedupe_candidate c WHERE c.tenant_id = v_job.tenant_id
               AND c.first_entity_id = v_pair[1] AND c.second_entity_id = v_pair[2] AND c.status <> 'open') THEN
        v_merge_id := dbo.usp_merge_entities(v_job.tenant_id, (p_output ->> 'master_entity_id')::bigint,
            array_remove(v_pair, (p_output ->> 'master_entity_id')::bigint), p_output ->> 'reason', 'model ' || coalesce(v_run.model, 'unknown'));
    END IF;
    SELECT coalesce((array_agg(c.status ORDER BY c.status = 'open', c.status))[1], 'unknown') INTO v_status FROM dbo.entity_dedupe_candidate c
     WHERE c.tenant_id = v_job.tenant_id AND c.first_entity_id = v_pair[1] AND c.second_entity_id = v_pair[2];
    RETURN jsonb_build_object('decision', v_decision, 'applied', v_merge_id IS NOT NULL OR v_is_kept AND v_is_distinct,
                              'status', v_status, 'merge_id', v_merge_id)
           || CASE WHEN v_gone IS NULL THEN '{}' ELSE jsonb_build_object('reason', v_gone || ': there is nothing to decide') END;
END $$;
