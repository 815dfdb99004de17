-- Sets how many jobs of a type may run at once, over all tenants and runners; null: as many as there are runners for.
-- Writes llm.job_type_control. AL002: unknown type; AL005: below 1.
CREATE OR REPLACE FUNCTION llm.usp_set_type_cap(p_job_type text, p_max_running integer) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM llm.fn_require_job_type(p_job_type, NULL);
    IF p_max_running < 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format(
            'at least 1 job of a type may run, not %s; to stop the type, pause it', p_max_running);
    END IF;
    INSERT INTO llm.job_type_control AS c (job_type, max_running) VALUES (p_job_type, p_max_running)
    ON CONFLICT (job_type) DO UPDATE SET max_running = EXCLUDED.max_running
     WHERE c.max_running IS DISTINCT FROM EXCLUDED.max_running;
END $$;
