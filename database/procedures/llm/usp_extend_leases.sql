-- The heartbeat: prolongs the leases that are still the caller's. The arrays belong together by place.
-- Returns the ids still held; one that is missing is lost. Writes llm.job. Locks in key order.
CREATE OR REPLACE FUNCTION llm.usp_extend_leases(p_job_ids bigint[], p_lease_tokens uuid[]) RETURNS SETOF bigint
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH held AS MATERIALIZED (
        SELECT j.job_id FROM llm.job j
          JOIN unnest(p_job_ids, p_lease_tokens) l(job_id, lease_token) USING (job_id, lease_token)
         WHERE j.status = 'RUNNING' ORDER BY j.job_id FOR UPDATE OF j)
    UPDATE llm.job j SET lease_until = clock_timestamp() + make_interval(secs => j.lease_seconds)
      FROM held h WHERE j.job_id = h.job_id
    RETURNING j.job_id
$$;
