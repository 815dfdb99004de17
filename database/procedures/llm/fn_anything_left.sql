-- Whether a runner that takes these jobs (nulls = any) has anything to wait for: jobs that wait, back off or run. What is
-- paused, or held by a spending limit, does not count. Writes nothing. Planned for what is given: by page where pages are.
CREATE OR REPLACE FUNCTION llm.fn_anything_left(p_job_types text[], p_source_page_ids bigint[], p_tenant_id integer,
    p_min_priority integer DEFAULT NULL)
RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM llm.job j JOIN llm.tenant t ON t.tenant_id = j.tenant_id
         WHERE (p_source_page_ids IS NULL OR j.source_page_id = ANY (p_source_page_ids))
           AND (p_job_types IS NULL OR j.job_type = ANY (p_job_types)) AND (p_tenant_id IS NULL OR j.tenant_id = p_tenant_id)
           AND (p_min_priority IS NULL OR j.priority >= p_min_priority)
           AND (j.status = 'RUNNING' OR (j.available_at < 'infinity' AND t.paused_at IS NULL
                AND (t.spending_held_until IS NULL OR t.spending_held_until <= clock_timestamp()) AND NOT EXISTS (
                SELECT FROM llm.job_type_control c WHERE c.job_type = j.job_type AND c.paused_at IS NOT NULL))));
END $$;
