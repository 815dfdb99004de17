-- Lets a paused job type's jobs be claimed again. Returns whether it was paused.
-- Writes llm.job_type_control. AL002: unknown type.
CREATE OR REPLACE FUNCTION llm.usp_resume_type(p_job_type text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM llm.fn_require_job_type(p_job_type, NULL);
    UPDATE llm.job_type_control c SET paused_at = NULL, paused_reason = NULL
     WHERE c.job_type = p_job_type AND c.paused_at IS NOT NULL;
    RETURN FOUND;
END $$;
