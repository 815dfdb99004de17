-- Pauses a job type of all tenants: none of its jobs is claimed until llm.usp_resume_type; those that run go on.
-- p_reason is for people. Returns whether it was not paused before; paused again, the new reason counts.
-- Writes llm.job_type_control. AL002: unknown type.
CREATE OR REPLACE FUNCTION llm.usp_pause_type(p_job_type text, p_reason text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_was timestamptz;
BEGIN
    PERFORM llm.fn_require_job_type(p_job_type, NULL);
    INSERT INTO llm.job_type_control (job_type) VALUES (p_job_type) ON CONFLICT (job_type) DO NOTHING;
    SELECT c.paused_at INTO v_was FROM llm.job_type_control c WHERE c.job_type = p_job_type FOR UPDATE;
    UPDATE llm.job_type_control c SET paused_at = coalesce(v_was, now()), paused_reason = p_reason
     WHERE c.job_type = p_job_type;
    RETURN v_was IS NULL;
END $$;
