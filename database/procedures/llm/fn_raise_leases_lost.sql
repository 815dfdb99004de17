-- Raises AL001 for jobs whose leases are not the caller's any more. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_raise_leases_lost(p_job_ids bigint[]) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'AL001',
        MESSAGE = CASE WHEN cardinality(p_job_ids) = 1 THEN format('the lease of job %s was lost: drop the job', p_job_ids[1])
                       ELSE format('the leases of jobs %s were lost: drop these jobs', array_to_string(p_job_ids, ', ', 'null')) END;
END $$;
