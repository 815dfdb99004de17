-- Moves the session's memory of lanes (llm.fn_known_lanes) forward to behind what a claim is about to take.
-- Writes only the session's settings.
CREATE OR REPLACE FUNCTION llm.fn_remember_lanes(p_plan llm.lane_share[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM set_config('almagest.lanes', ARRAY(
        SELECT ROW(k.tenant_id, k.job_type, k.priority, coalesce(p.last_due_at, k.due_at), coalesce(p.last_job_id, k.job_id))::llm.lane
          FROM unnest(nullif(current_setting('almagest.lanes', true), '')::llm.lane[]) k
          LEFT JOIN unnest(p_plan) p USING (tenant_id, job_type, priority))::text, false)
     WHERE cardinality(p_plan) > 0;
END $$;
