-- Raises AL001 for a job whose lease is not the caller's any more. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_raise_lease_lost(p_job_id bigint) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'AL001',
        MESSAGE = format('the lease of job %s was lost: drop the job', coalesce(p_job_id::text, 'null'));
END $$;
