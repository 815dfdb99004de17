-- The lanes (tenant, job type, priority) that have jobs which may run now, each with its head: the earliest deadline.
-- Skips from lane to lane through the index, so its cost is the number of lanes, not of jobs. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_waiting_lanes() RETURNS SETOF llm.lane
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
    RETURN QUERY
    WITH RECURSIVE lane AS (
        (SELECT j.tenant_id, j.job_type, j.priority, j.due_at, j.job_id FROM llm.job j
          WHERE j.status IN ('NEW', 'FAILED') AND NOT j.waits
          ORDER BY j.tenant_id, j.job_type, j.priority, j.due_at, j.job_id LIMIT 1)
        UNION ALL
        SELECT next_lane.*
          FROM lane CROSS JOIN LATERAL (
            SELECT j.tenant_id, j.job_type, j.priority, j.due_at, j.job_id FROM llm.job j
             WHERE j.status IN ('NEW', 'FAILED') AND NOT j.waits
               AND (j.tenant_id, j.job_type, j.priority) > (lane.tenant_id, lane.job_type, lane.priority)
             ORDER BY j.tenant_id, j.job_type, j.priority, j.due_at, j.job_id LIMIT 1) next_lane
    )
    SELECT * FROM lane;
END $$;
