-- Ends jobs well: moves them to the history as SUCCEEDED and enqueues what comes after their types, with their correlation
-- ids. Call it last in the transaction that wrote their outputs. The arrays belong together by place; null runs
-- and results are allowed. All or none.
-- Returns how many followers were new. Writes llm.job, llm.job_history and what llm.usp_enqueue_jobs writes. Locks in key order.
-- AL001: a token is not its job's any more (the message names the jobs); the caller's whole transaction must roll back.
CREATE OR REPLACE FUNCTION llm.usp_complete_jobs(p_job_ids bigint[], p_lease_tokens uuid[], p_run_ids uuid[], p_results jsonb[])
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off SET enable_nestloop = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_done bigint[];
    v_job record;
    v_followers integer := 0;
BEGIN
    WITH ended AS (
        DELETE FROM llm.job j WHERE j.job_id = ANY (p_job_ids) RETURNING j.*
    ), kept AS (
        INSERT INTO llm.job_history AS h (job_id, tenant_id, job_type, contract_version, source_page_id, chunk_id, payload,
            dedupe_key, priority, status, attempts, max_attempts, enqueued_at, due_at, claimed_at, finished_at, worker_id,
            correlation_id, run_id, result)
        SELECT e.job_id, e.tenant_id, e.job_type, e.contract_version, e.source_page_id, e.chunk_id, e.payload,
               e.dedupe_key, e.priority, 'SUCCEEDED', e.attempts, e.max_attempts, e.enqueued_at, e.due_at, e.claimed_at,
               v_now, e.worker_id, e.correlation_id, d.run_id, d.result
          FROM ended e
          JOIN unnest(p_job_ids, p_lease_tokens, p_run_ids, p_results) d(job_id, lease_token, run_id, result)
            ON d.job_id = e.job_id AND d.lease_token = e.lease_token
        RETURNING h.job_id
    )
    SELECT array_agg(k.job_id) INTO v_done FROM kept k;
    IF coalesce(cardinality(v_done), 0) < cardinality(p_job_ids) THEN
        PERFORM llm.fn_raise_leases_lost(ARRAY(SELECT x FROM unnest(p_job_ids) x WHERE x <> ALL (coalesce(v_done, '{}'))));
    END IF;
    IF EXISTS (SELECT FROM llm.job_type f WHERE f.is_active AND f.after_job_type IS NOT NULL) THEN
        FOR v_job IN
            SELECT h.source_page_id, h.chunk_id, h.job_type, h.correlation_id FROM llm.job_history h
             WHERE h.job_id = ANY (v_done) AND h.finished_at = v_now AND h.source_page_id IS NOT NULL
               AND EXISTS (SELECT FROM llm.job_type f WHERE f.is_active AND f.after_job_type = h.job_type)
             ORDER BY h.job_id
        LOOP
            v_followers := v_followers + llm.usp_enqueue_types_for_page(v_job.source_page_id, v_job.chunk_id, v_job.job_type,
                                                                        v_job.correlation_id);
        END LOOP;
    END IF;
    RETURN v_followers;
END $$;
