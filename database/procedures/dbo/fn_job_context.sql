-- Tenant, type, contract version, page and chunk of a live job. Writes nothing.
-- AL004: there is no such live job, or it is about no page.
CREATE OR REPLACE FUNCTION dbo.fn_job_context(p_job_id bigint) RETURNS dbo.job_context
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_job dbo.job_context;
BEGIN
    SELECT j.tenant_id, j.job_type, j.contract_version, j.source_page_id, j.chunk_id INTO v_job
      FROM llm.job j WHERE j.job_id = p_job_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('there is no live job %s', coalesce(p_job_id::text, 'null'));
    ELSIF v_job.source_page_id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('job %s is about no page', p_job_id);
    END IF;
    RETURN v_job;
END $$;
