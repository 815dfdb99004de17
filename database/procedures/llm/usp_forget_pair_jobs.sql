-- Takes out of the queue what asked whether two entities are one of which one is no more: its words are those of pages that are
-- forgotten. Waiting and running jobs (a runner loses its lease and its output is refused) and dead letters go; the history keeps only which pair it
-- was. p_keys: the jobs' dedupe keys; p_is_gone: of each, whether one of the pair is gone; of others only the history is made bare. Returns how many
-- jobs went. Writes llm.job, llm.job_dead_letter, llm.job_history, llm.job_dedupe_key.
CREATE OR REPLACE FUNCTION llm.usp_forget_pair_jobs(p_tenant_id integer, p_keys text[], p_is_gone boolean[]) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_all bigint[];
    v_gone bigint[];
    v_jobs integer;
    v_dead integer;
BEGIN
    SELECT array_agg(k.job_id), coalesce(array_agg(k.job_id) FILTER (WHERE u.is_gone), '{}') INTO v_all, v_gone
      FROM unnest(p_keys, p_is_gone) u(dedupe_key, is_gone)
      JOIN llm.job_dedupe_key k ON k.tenant_id = p_tenant_id AND k.dedupe_key = u.dedupe_key;
    IF v_all IS NULL THEN
        RETURN 0;
    END IF;
    WITH locked AS MATERIALIZED (SELECT j.job_id FROM llm.job j WHERE j.job_id = ANY (v_gone) ORDER BY j.job_id FOR UPDATE)
    DELETE FROM llm.job j USING locked l WHERE j.job_id = l.job_id;
    GET DIAGNOSTICS v_jobs = ROW_COUNT;
    DELETE FROM llm.job_dead_letter d WHERE d.job_id = ANY (v_gone);
    GET DIAGNOSTICS v_dead = ROW_COUNT;
    UPDATE llm.job_history h
       SET payload = jsonb_build_object('first_entity_id', h.payload -> 'first_entity_id', 'second_entity_id', h.payload -> 'second_entity_id'),
           result = h.result - 'reason'
     WHERE h.job_id = ANY (v_all) AND h.tenant_id = p_tenant_id;
    DELETE FROM llm.job_dedupe_key k WHERE k.tenant_id = p_tenant_id AND k.job_id = ANY (v_gone);
    RETURN v_jobs + v_dead;
END $$;
