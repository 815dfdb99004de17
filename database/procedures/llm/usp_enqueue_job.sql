-- Enqueues one job; see llm.usp_enqueue_jobs for nulls, dedupe keys, tables and errors.
-- Returns one row: the job's id and whether it is new.
CREATE OR REPLACE FUNCTION llm.usp_enqueue_job(p_tenant_id integer, p_job_type text, p_contract_version text,
    p_source_page_id bigint, p_chunk_id bigint, p_payload jsonb, p_dedupe_key text, p_priority integer,
    p_correlation_id uuid) RETURNS TABLE (job_id bigint, is_new boolean)
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT e.job_id, e.is_new
      FROM llm.usp_enqueue_jobs(jsonb_build_array(jsonb_build_object(
            'tenant_id', p_tenant_id, 'job_type', p_job_type, 'contract_version', p_contract_version,
            'source_page_id', p_source_page_id, 'chunk_id', p_chunk_id, 'payload', p_payload,
            'dedupe_key', p_dedupe_key, 'priority', p_priority, 'correlation_id', p_correlation_id))) e
$$;
