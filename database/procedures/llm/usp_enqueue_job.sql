-- Enqueues one job; see llm.usp_enqueue_many for nulls, dedupe keys, tables and errors.
-- Returns one row: the job's id and whether it is new.
CREATE OR REPLACE FUNCTION llm.usp_enqueue_job(p_tenant_id integer, p_job_type text, p_contract_version text,
    p_source_page_id bigint, p_chunk_id bigint, p_payload jsonb, p_dedupe_key text, p_priority integer,
    p_correlation_id uuid) RETURNS TABLE (job_id bigint, is_new boolean)
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT e.job_id, e.is_new
      FROM llm.usp_enqueue_many(p_tenant_id, p_job_type, p_contract_version, ARRAY[p_payload],
            CASE WHEN p_source_page_id IS NOT NULL OR p_chunk_id IS NOT NULL THEN ARRAY[p_source_page_id] END,
            CASE WHEN p_chunk_id IS NOT NULL THEN ARRAY[p_chunk_id] END,
            CASE WHEN p_dedupe_key IS NOT NULL THEN ARRAY[p_dedupe_key] END, p_priority, p_correlation_id) e
$$;
