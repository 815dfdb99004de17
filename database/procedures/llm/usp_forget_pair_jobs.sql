-- Takes out of the queue what asked whether two entities are one of which one is no more: its words are those of pages that are
-- forgotten. Waiting and running jobs (a runner loses its lease and its output is refused) and dead letters go; the history keeps only which pair it
-- was, and runs neither their kept answers nor their artifacts. p_keys: the jobs' dedupe keys; p_is_gone: of each, whether one of the pair is gone; of
-- others the job stays where it waits or runs. OUT jobs: how many went; answers: kept answers; artifacts: the folders of the runs, for the caller to
-- remove. Writes llm.job, llm.job_dead_letter, llm.job_history, llm.job_dedupe_key, llm.run, llm.run_refusal, llm.answer_cache.
CREATE OR REPLACE FUNCTION llm.usp_forget_pair_jobs(p_tenant_id integer, p_keys text[], p_is_gone boolean[],
    OUT jobs integer, OUT answers integer, OUT artifacts text[])
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_all bigint[];
    v_gone bigint[];
    v_dead integer;
    v_runs uuid[];
BEGIN
    jobs := 0;
    answers := 0;
    artifacts := '{}';
    SELECT array_agg(k.job_id), coalesce(array_agg(k.job_id) FILTER (WHERE u.is_gone), '{}') INTO v_all, v_gone
      FROM unnest(p_keys, p_is_gone) u(dedupe_key, is_gone)
      JOIN llm.job_dedupe_key k ON k.tenant_id = p_tenant_id AND k.dedupe_key = u.dedupe_key;
    IF v_all IS NULL THEN
        RETURN;
    END IF;
    WITH locked AS MATERIALIZED (SELECT j.job_id FROM llm.job j WHERE j.job_id = ANY (v_gone) ORDER BY j.job_id FOR UPDATE)
    DELETE FROM llm.job j USING locked l WHERE j.job_id = l.job_id;
    GET DIAGNOSTICS jobs = ROW_COUNT;
    DELETE FROM llm.job_dead_letter d WHERE d.job_id = ANY (v_gone);
    GET DIAGNOSTICS v_dead = ROW_COUNT;
    UPDATE llm.job_history h
       SET payload = jsonb_build_object('first_entity_id', h.payload -> 'first_entity_id', 'second_entity_id', h.payload -> 'second_entity_id'),
           result = h.result - 'reason'
     WHERE h.job_id = ANY (v_all) AND h.tenant_id = p_tenant_id;
    DELETE FROM llm.job_dedupe_key k WHERE k.tenant_id = p_tenant_id AND k.job_id = ANY (v_gone);
    jobs := jobs + v_dead;

    v_runs := ARRAY(SELECT r.run_id FROM llm.run r WHERE r.job_id = ANY (v_all) AND r.tenant_id = p_tenant_id
                       AND NOT EXISTS (SELECT FROM llm.job j WHERE j.job_id = r.job_id) ORDER BY r.run_id);
    artifacts := ARRAY(SELECT r.artifact FROM llm.run r WHERE r.run_id = ANY (v_runs) AND r.artifact IS NOT NULL ORDER BY 1);
    DELETE FROM llm.answer_cache a USING llm.run r WHERE r.run_id = ANY (v_runs) AND a.answer_key = r.answer_key;
    GET DIAGNOSTICS answers = ROW_COUNT;
    DELETE FROM llm.run_refusal f WHERE f.run_id = ANY (v_runs);
    UPDATE llm.run r SET artifact = NULL, answer_key = NULL, error = NULL
     WHERE r.run_id = ANY (v_runs) AND (r.artifact IS NOT NULL OR r.answer_key IS NOT NULL OR r.error IS NOT NULL);
END $$;
