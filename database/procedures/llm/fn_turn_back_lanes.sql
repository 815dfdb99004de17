-- Moves the session's memory of lanes (llm.fn_known_lanes) back to jobs that came in before its places, or in lanes that it does
-- not know: each is a lane with the deadline and id of a job that may run again. Nothing where nothing is remembered.
-- Writes only the session's settings.
CREATE OR REPLACE FUNCTION llm.fn_turn_back_lanes(p_jobs llm.lane[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_lanes llm.lane[] := nullif(current_setting('almagest.lanes', true), '')::llm.lane[];
BEGIN
    IF v_lanes IS NULL OR v_lanes = '{}' OR p_jobs IS NULL THEN
        RETURN;
    END IF;
    PERFORM set_config('almagest.lanes', ARRAY(
        SELECT DISTINCT ON (k.tenant_id, k.job_type, k.priority) k FROM unnest(v_lanes || p_jobs) k
         ORDER BY k.tenant_id, k.job_type, k.priority, k.due_at, k.job_id)::text, false);
END $$;
