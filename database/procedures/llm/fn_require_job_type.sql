-- A registered job type; no version = the active one. Raises AL002 when there is none. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_require_job_type(p_job_type text, p_contract_version text) RETURNS llm.job_type
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_type llm.job_type;
BEGIN
    SELECT t.* INTO v_type FROM llm.job_type t
     WHERE t.job_type = p_job_type
       AND CASE WHEN p_contract_version IS NULL THEN t.is_active ELSE t.contract_version = p_contract_version END;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL002', MESSAGE = format('there is no job type "%s"%s: run "almagest contracts sync"',
            p_job_type, coalesce(' in version ' || p_contract_version, ''));
    END IF;
    RETURN v_type;
END $$;
