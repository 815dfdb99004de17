-- The lanes (tenant, job type, priority) that have jobs which may run now, each with the place to look from: its head, the
-- earliest deadline, or further on. From the session's memory (settings almagest.lanes…) while that is fresh, else from a look.
-- A look skips from lane to lane through the index, so its cost is the number of lanes, not of jobs. But a
-- transaction held open anywhere keeps the index entries of claimed jobs from being cleared away, and every look for the
-- head of a lane then walks over all of them. So a look is remembered for twenty times as long as it took, from 50 ms to a
-- minute, and where looking is slow, lanes that have run empty stay known. What comes in before a remembered place (a bump,
-- a retry) is seen at the next look. Correctness does not depend on it. SET almagest.lane_memory = off looks every time.
-- p_again: look sooner, since the memory was of no use, as it is when it knows none: after ten times as long as it took, at
-- once where it is quick; null where the last look came after p_since, so that another would see nothing new.
-- Writes only the session's settings. Planned under the settings of llm.usp_claim_jobs.
CREATE OR REPLACE FUNCTION llm.fn_known_lanes(p_again boolean, p_since timestamptz) RETURNS llm.lane[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_lanes llm.lane[] := coalesce(nullif(current_setting('almagest.lanes', true), ''), '{}')::llm.lane[];
    v_until timestamptz := coalesce(nullif(current_setting(
        CASE WHEN p_again OR v_lanes = '{}' THEN 'almagest.lanes_again' ELSE 'almagest.lanes_until' END, true), ''), '-infinity')::timestamptz;
    v_began timestamptz := clock_timestamp();
    v_ended timestamptz;
    v_took interval;
    v_seen llm.lane[];
    v_said text;
BEGIN
    IF p_again AND coalesce(nullif(current_setting('almagest.lanes_seen', true), ''), '-infinity')::timestamptz >= p_since THEN
        RETURN NULL;
    ELSIF v_began < v_until AND current_setting('almagest.lane_memory', true) IS DISTINCT FROM 'off' THEN
        RETURN v_lanes;
    END IF;
    v_seen := ARRAY(
        WITH RECURSIVE lane AS (
            (SELECT j.tenant_id, j.job_type, j.priority, j.due_at, j.job_id FROM llm.job j
              WHERE j.status IN ('NEW', 'FAILED') AND NOT j.waits
              ORDER BY j.tenant_id, j.job_type, j.priority, j.due_at, j.job_id LIMIT 1)
            UNION ALL
            SELECT next_lane.*
              FROM lane CROSS JOIN LATERAL (
                SELECT j.tenant_id, j.job_type, j.priority, j.due_at, j.job_id FROM llm.job j
                 WHERE j.status IN ('NEW', 'FAILED') AND NOT j.waits
                   AND (j.tenant_id, j.job_type, j.priority) > (lane.tenant_id, lane.job_type, lane.priority)
                 ORDER BY j.tenant_id, j.job_type, j.priority, j.due_at, j.job_id LIMIT 1) next_lane
        )
        SELECT ROW(l.tenant_id, l.job_type, l.priority, l.due_at, l.job_id)::llm.lane FROM lane l);
    v_ended := clock_timestamp();
    v_took := v_ended - v_began;
    IF v_took > interval '2 ms' THEN
        v_seen := v_seen || ARRAY(SELECT k FROM unnest(v_lanes) k WHERE NOT EXISTS (SELECT FROM unnest(v_seen) s
            WHERE s.tenant_id = k.tenant_id AND s.job_type = k.job_type AND s.priority = k.priority));
    END IF;
    v_said := set_config('almagest.lanes', v_seen::text, false);
    v_said := set_config('almagest.lanes_seen', v_began::text, false);
    v_said := set_config('almagest.lanes_until', (v_ended + greatest(interval '50 ms', least(20 * v_took, interval '1 minute')))::text, false);
    v_said := set_config('almagest.lanes_again', (CASE WHEN v_took > interval '2 ms' THEN v_ended + least(10 * v_took, interval '1 minute')
        ELSE v_ended END)::text, false);
    RETURN v_seen;
END $$;
