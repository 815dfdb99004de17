-- The pairs of tenant and job type that have jobs which may run now. Skips from pair to pair through the index, so
-- its cost is the number of pairs, not of jobs. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_waiting_lanes() RETURNS TABLE (tenant_id integer, job_type text)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH RECURSIVE lane AS (
        (SELECT j.tenant_id, j.job_type FROM llm.job j
          WHERE j.status IN ('NEW', 'FAILED') AND NOT j.waits ORDER BY j.tenant_id, j.job_type LIMIT 1)
        UNION ALL
        SELECT next_lane.tenant_id, next_lane.job_type
          FROM lane CROSS JOIN LATERAL (
            SELECT j.tenant_id, j.job_type FROM llm.job j
             WHERE j.status IN ('NEW', 'FAILED') AND NOT j.waits
               AND (j.tenant_id, j.job_type) > (lane.tenant_id, lane.job_type)
             ORDER BY j.tenant_id, j.job_type LIMIT 1) next_lane
    )
    SELECT lane.tenant_id, lane.job_type FROM lane
$$;
