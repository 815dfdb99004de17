-- How many jobs with a valid lease run, by tenant and type; null tenants = all. Reads only leases that end in the future, so
-- that what ran before does not slow it. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_running(p_tenant_ids integer[])
RETURNS TABLE (tenant_id integer, job_type text, running bigint)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
    RETURN QUERY
    SELECT t.tenant_id, y.job_type, r.running
      FROM llm.tenant t CROSS JOIN (SELECT DISTINCT k.job_type FROM llm.job_type k) y
     CROSS JOIN LATERAL (SELECT count(*) AS running FROM llm.job j
        WHERE j.tenant_id = t.tenant_id AND j.job_type = y.job_type AND j.status = 'RUNNING' AND j.lease_until >= clock_timestamp()) r
     WHERE (p_tenant_ids IS NULL OR t.tenant_id = ANY (p_tenant_ids)) AND r.running > 0;
END $$;
