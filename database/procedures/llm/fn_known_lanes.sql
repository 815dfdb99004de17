-- The lanes that llm.fn_waiting_lanes gives, from the session's memory (settings almagest.lanes…) while that is fresh.
-- A transaction held open anywhere keeps the index entries of claimed jobs from being cleared away, and every look for the
-- head of a lane then walks over all of them. So a look is remembered for twenty times as long as it took, from 50 ms to a
-- minute, and where looking is slow, lanes that have run empty stay known. What comes in before a remembered place (a bump,
-- a retry) is seen at the next look. Correctness does not depend on it. SET almagest.lane_memory = off looks every time.
-- p_anew: look again sooner, since the memory was of no use: after ten times as long as it took, at once where it is quick.
-- Writes only the session's settings.
CREATE OR REPLACE FUNCTION llm.fn_known_lanes(p_anew boolean) RETURNS SETOF llm.lane
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_lanes llm.lane[] := coalesce(nullif(current_setting('almagest.lanes', true), ''), '{}')::llm.lane[];
    v_until timestamptz := coalesce(nullif(current_setting(
        CASE WHEN p_anew THEN 'almagest.lanes_again' ELSE 'almagest.lanes_until' END, true), ''), '-infinity')::timestamptz;
    v_began timestamptz := clock_timestamp();
    v_ended timestamptz;
    v_took interval;
    v_seen llm.lane[];
BEGIN
    IF v_began >= v_until OR current_setting('almagest.lane_memory', true) = 'off' THEN
        v_seen := ARRAY(SELECT s FROM llm.fn_waiting_lanes() s);
        v_ended := clock_timestamp();
        v_took := v_ended - v_began;
        IF v_took > interval '2 ms' THEN
            v_seen := v_seen || ARRAY(SELECT k FROM unnest(v_lanes) k WHERE NOT EXISTS (SELECT FROM unnest(v_seen) s
                WHERE s.tenant_id = k.tenant_id AND s.job_type = k.job_type AND s.priority = k.priority));
        END IF;
        v_lanes := v_seen;
        PERFORM set_config('almagest.lanes', v_lanes::text, false),
                set_config('almagest.lanes_until', (v_ended + greatest(interval '50 ms', least(20 * v_took, interval '1 minute')))::text, false),
                set_config('almagest.lanes_again', (CASE WHEN v_took > interval '2 ms' THEN v_ended + least(10 * v_took, interval '1 minute')
                    ELSE v_ended END)::text, false);
    END IF;
    RETURN QUERY SELECT * FROM unnest(v_lanes);
END $$;
