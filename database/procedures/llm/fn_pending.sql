-- What is still to be done for some pages of a tenant (null = any, all): jobs waiting, jobs running, and when the
-- next may run (in the past: now; null: nothing waits). Jobs that a pause of their type, tenant or backfill, or a spending limit, keeps from
-- being claimed do not count as waiting. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_pending(p_tenant_id integer, p_source_page_ids bigint[])
RETURNS TABLE (waiting bigint, running bigint, next_available_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_types text[] := ARRAY(SELECT c.job_type FROM llm.job_type_control c WHERE c.paused_at IS NOT NULL);
    v_tenants integer[] := ARRAY(SELECT t.tenant_id FROM llm.tenant t WHERE t.paused_at IS NOT NULL
                                   OR t.spending_held_until > clock_timestamp());
BEGIN
    IF p_source_page_ids IS NULL THEN
        RETURN QUERY
        SELECT count(*) FILTER (WHERE j.status <> 'RUNNING'), count(*) FILTER (WHERE j.status = 'RUNNING'),
               min(j.available_at) FILTER (WHERE j.status <> 'RUNNING')
          FROM llm.job j
         WHERE (p_tenant_id IS NULL OR j.tenant_id = p_tenant_id)
           AND (j.status = 'RUNNING' OR j.available_at < 'infinity' AND j.job_type <> ALL (v_types) AND j.tenant_id <> ALL (v_tenants));
    ELSE
        RETURN QUERY
        SELECT count(*) FILTER (WHERE j.status <> 'RUNNING'), count(*) FILTER (WHERE j.status = 'RUNNING'),
               min(j.available_at) FILTER (WHERE j.status <> 'RUNNING')
          FROM llm.job j
         WHERE j.source_page_id = ANY (p_source_page_ids) AND (p_tenant_id IS NULL OR j.tenant_id = p_tenant_id)
           AND (j.status = 'RUNNING' OR j.available_at < 'infinity' AND j.job_type <> ALL (v_types) AND j.tenant_id <> ALL (v_tenants));
    END IF;
END $$;
