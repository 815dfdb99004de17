-- Moves live jobs to the dead letters, where they stay until someone decides. Returns how many.
-- p_errors belongs to p_job_ids by place. Writes llm.job, llm.job_dead_letter. The caller holds the jobs' locks.
CREATE OR REPLACE FUNCTION llm.usp_bury_jobs(p_job_ids bigint[], p_errors jsonb[]) RETURNS integer
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH gone AS (
        DELETE FROM llm.job j USING unnest(p_job_ids, p_errors) b(job_id, why)
         WHERE j.job_id = b.job_id RETURNING j.*, b.why
    ), buried AS (
        INSERT INTO llm.job_dead_letter (job_id, tenant_id, job_type, contract_version, source_page_id, chunk_id, payload,
            dedupe_key, priority, attempts, max_attempts, enqueued_at, due_at, claimed_at, finished_at, worker_id,
            correlation_id, error)
        SELECT g.job_id, g.tenant_id, g.job_type, g.contract_version, g.source_page_id, g.chunk_id, g.payload, g.dedupe_key,
               g.priority, g.attempts, g.max_attempts, g.enqueued_at, g.due_at, g.claimed_at, clock_timestamp(),
               g.worker_id, g.correlation_id, g.why
          FROM gone g RETURNING 1)
    SELECT count(*)::integer FROM buried
$$;
