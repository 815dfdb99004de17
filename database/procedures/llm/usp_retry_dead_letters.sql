-- Brings dead letters back as NEW jobs with their ids, keys and payloads, and fresh attempts and deadlines.
-- p_job_ids, p_job_type narrow it; null = any of the tenant. Returns how many.
-- Writes llm.job_dead_letter, llm.job. AL004: unknown tenant.
CREATE OR REPLACE FUNCTION llm.usp_retry_dead_letters(p_tenant_id integer, p_job_ids bigint[], p_job_type text)
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_count integer;
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    WITH chosen AS MATERIALIZED (
        SELECT d.job_id FROM llm.job_dead_letter d
         WHERE d.tenant_id = p_tenant_id AND (p_job_ids IS NULL OR d.job_id = ANY (p_job_ids))
           AND (p_job_type IS NULL OR d.job_type = p_job_type)
         ORDER BY d.job_id FOR UPDATE SKIP LOCKED
    ), risen AS (
        DELETE FROM llm.job_dead_letter d USING chosen c WHERE d.job_id = c.job_id RETURNING d.*
    ), back AS (
        INSERT INTO llm.job (job_id, tenant_id, job_type, contract_version, source_page_id, chunk_id, payload, dedupe_key,
            priority, max_attempts, lease_seconds, enqueued_at, due_at, available_at, correlation_id, error)
        SELECT r.job_id, r.tenant_id, r.job_type, r.contract_version, r.source_page_id, r.chunk_id, r.payload, r.dedupe_key,
               r.priority, t.max_attempts, t.lease_seconds, v_now,
               llm.fn_due_at(v_now, t.slack_seconds, t.priority, r.priority), v_now, r.correlation_id,
               CASE jsonb_typeof(r.error) WHEN 'object' THEN r.error - 'blame' ELSE r.error END
          FROM risen r JOIN llm.job_type t USING (job_type, contract_version) RETURNING 1)
    SELECT count(*) INTO v_count FROM back;
    RETURN v_count;
END $$;
