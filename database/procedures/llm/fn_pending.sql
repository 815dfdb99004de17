-- What is still to be done for some pages of a tenant (null = any, all): jobs waiting, jobs running, and when the
-- next may run (in the past: now; null: nothing waits). Jobs that a paused backfill holds back do not count.
-- Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_pending(p_tenant_id integer, p_source_page_ids bigint[])
RETURNS TABLE (waiting bigint, running bigint, next_available_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF p_source_page_ids IS NULL THEN
        RETURN QUERY
        SELECT count(*) FILTER (WHERE j.status <> 'RUNNING'), count(*) FILTER (WHERE j.status = 'RUNNING'),
               min(j.available_at) FILTER (WHERE j.status <> 'RUNNING')
          FROM llm.job j
         WHERE (p_tenant_id IS NULL OR j.tenant_id = p_tenant_id) AND j.available_at < 'infinity';
    ELSE
        RETURN QUERY
        SELECT count(*) FILTER (WHERE j.status <> 'RUNNING'), count(*) FILTER (WHERE j.status = 'RUNNING'),
               min(j.available_at) FILTER (WHERE j.status <> 'RUNNING')
          FROM llm.job j
         WHERE j.source_page_id = ANY (p_source_page_ids) AND (p_tenant_id IS NULL OR j.tenant_id = p_tenant_id)
           AND j.available_at < 'infinity';
    END IF;
END $$;
