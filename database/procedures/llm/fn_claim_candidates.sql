-- The first p_window jobs that may run, by deadline, found through the heads of each lane; locks and writes nothing.
-- A lane is a page where pages are given, else a tenant and job type. Nulls = any. Returns job ids.
CREATE OR REPLACE FUNCTION llm.fn_claim_candidates(p_job_types text[], p_source_page_ids bigint[], p_tenant_id integer,
    p_window integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF p_source_page_ids IS NOT NULL THEN
        RETURN QUERY
        SELECT head.job_id
          FROM (SELECT DISTINCT page_id FROM unnest(p_source_page_ids) page_id) lane
         CROSS JOIN LATERAL (
            SELECT j.job_id, j.due_at FROM llm.job j
             WHERE j.source_page_id = lane.page_id AND j.status IN ('NEW', 'FAILED') AND NOT j.waits
               AND (p_job_types IS NULL OR j.job_type = ANY (p_job_types))
               AND (p_tenant_id IS NULL OR j.tenant_id = p_tenant_id)
             ORDER BY j.due_at, j.job_id LIMIT p_window) head
         ORDER BY head.due_at, head.job_id LIMIT p_window;
        RETURN;
    END IF;
    RETURN QUERY
    SELECT head.job_id
      FROM llm.fn_waiting_lanes() lane
     CROSS JOIN LATERAL (
        SELECT j.job_id, j.due_at FROM llm.job j
         WHERE j.tenant_id = lane.tenant_id AND j.job_type = lane.job_type
           AND j.status IN ('NEW', 'FAILED') AND NOT j.waits
         ORDER BY j.due_at, j.job_id LIMIT p_window) head
     WHERE (p_job_types IS NULL OR lane.job_type = ANY (p_job_types))
       AND (p_tenant_id IS NULL OR lane.tenant_id = p_tenant_id)
     ORDER BY head.due_at, head.job_id LIMIT p_window;
END $$;
