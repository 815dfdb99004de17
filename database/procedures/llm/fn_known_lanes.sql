-- The lanes that llm.fn_waiting_lanes gives, from the session's memory (settings almagest.lanes, almagest.lanes_until) while
-- that is fresh. A transaction held open anywhere keeps the index entries of claimed jobs from being cleared away, and
-- every look for the head of a lane then walks over all of them. So a look is remembered for twenty times as long as it
-- took, at most a minute, and where looking is slow, lanes that have run empty stay known. What comes in before
-- a remembered place (a bump, a retry) is seen at the next look. Correctness does not depend on it.
-- p_anew: look again even so, unless looking is slow.
-- Writes only the session's settings.
CREATE OR REPLACE FUNCTION llm.fn_known_lanes(p_anew boolean) RETURNS SETOF llm.lane
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_lanes llm.lane[] := coalesce(nullif(current_setting('almagest.lanes', true), ''), '{}')::llm.lane[];
    v_until timestamptz := coalesce(nullif(current_setting('almagest.lanes_until', true), ''), '-infinity')::timestamptz;
    v_began timestamptz := clock_timestamp();
    v_took interval;
    v_seen llm.lane[];
BEGIN
    -- Remembered for more than this: the last look was slow.
    IF v_began >= v_until OR (p_anew AND v_until - v_began < interval '200 ms') THEN
        v_seen := ARRAY(SELECT s FROM llm.fn_waiting_lanes() s);
        v_took := clock_timestamp() - v_began;
        IF v_took > interval '10 ms' THEN
            v_seen := v_seen || ARRAY(SELECT k FROM unnest(v_lanes) k WHERE NOT EXISTS (SELECT FROM unnest(v_seen) s
                WHERE s.tenant_id = k.tenant_id AND s.job_type = k.job_type AND s.priority = k.priority));
        END IF;
        v_lanes := v_seen;
        PERFORM set_config('almagest.lanes', v_lanes::text, false),
                set_config('almagest.lanes_until', (clock_timestamp() + least(20 * v_took, interval '1 minute'))::text, false);
    END IF;
    RETURN QUERY SELECT * FROM unnest(v_lanes);
END $$;
