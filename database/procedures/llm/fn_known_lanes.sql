-- The lanes (tenant, job type, priority) that have jobs which may run now, each with the place to look from: its head, the
-- earliest deadline, or further on. From the session's memory (settings almagest.lanes…) while that is fresh, else from a look.
-- A look skips from lane to lane through the index, so its cost is the number of lanes, not of jobs. But a
-- transaction held open anywhere keeps the index entries of claimed jobs from being cleared away, and every look for the
-- head of a lane then walks over all of them. So a look is remembered for twenty times as long as it took, from 50 ms to a
-- minute, and where looking is slow, lanes that have run empty stay known, and most looks are near ones: they begin in each
-- lane three seconds before the remembered place, and for new ones between the lanes. A whole look then comes when a claim
-- came out short and a hundred times as long as the last whole one took is over (five minutes at most), or else after four
-- hundred times (ten minutes).
-- What comes in before a remembered place is seen then: a bump, a hand-back, an enqueue that was long under way; whoever
-- puts a job back in the claimer's own session calls llm.fn_turn_back_lanes. Correctness does not depend on it.
-- SET almagest.lane_memory = off looks at all every time.
-- p_again: look sooner, since the memory was of no use, as it is when it knows none: after ten times as long as it took, at
-- once where it is quick; null where the last look came after p_since, so that another would see nothing new.
-- Writes only the session's settings. Planned under the settings of llm.usp_claim_jobs.
CREATE OR REPLACE FUNCTION llm.fn_known_lanes(p_again boolean, p_since timestamptz) RETURNS llm.lane[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_lanes llm.lane[] := coalesce(nullif(current_setting('almagest.lanes', true), ''), '{}')::llm.lane[];
    v_until timestamptz := coalesce(nullif(current_setting(
        CASE WHEN p_again OR v_lanes = '{}' THEN 'almagest.lanes_again' ELSE 'almagest.lanes_until' END, true), ''), '-infinity')::timestamptz;
    v_is_remembered boolean := current_setting('almagest.lane_memory', true) IS DISTINCT FROM 'off';
    v_is_near boolean;
    v_began timestamptz := clock_timestamp();
    v_ended timestamptz;
    v_took interval;
    v_seen llm.lane[];
    v_said text;
BEGIN
    IF p_again AND coalesce(nullif(current_setting('almagest.lanes_seen', true), ''), '-infinity')::timestamptz >= p_since THEN
        RETURN NULL;
    ELSIF v_began < v_until AND v_is_remembered THEN
        RETURN v_lanes;
    END IF;
    v_is_near := v_is_remembered AND v_lanes <> '{}' AND v_began < coalesce(nullif(current_setting(
        CASE WHEN p_again THEN 'almagest.lanes_whole_again' ELSE 'almagest.lanes_whole_until' END, true), ''), '-infinity')::timestamptz;
    IF v_is_near THEN
        v_seen := ARRAY(
            SELECT ROW(k.tenant_id, k.job_type, k.priority, head.due_at, head.job_id)::llm.lane
              FROM unnest(v_lanes) k CROSS JOIN LATERAL (
                SELECT j.due_at, j.job_id FROM llm.job j
                 WHERE j.tenant_id = k.tenant_id AND j.job_type = k.job_type AND j.priority = k.priority
                   AND j.status IN ('NEW', 'FAILED') AND NOT j.waits AND j.due_at >= k.due_at - interval '3 s'
                 ORDER BY j.due_at, j.job_id LIMIT 1) head);
        v_seen := v_seen || ARRAY(
            WITH RECURSIVE edge AS (
                SELECT k.tenant_id, k.job_type, k.priority FROM unnest(v_lanes) k
                UNION ALL
                SELECT t.tenant_id, y.job_type, -1
                  FROM llm.tenant t CROSS JOIN (SELECT DISTINCT n.job_type FROM llm.job_type n) y
            ), gap AS (
                SELECT e.*, lead(e.priority, 1, 1000) OVER (PARTITION BY e.tenant_id, e.job_type ORDER BY e.priority) AS below FROM edge e
            ), lane AS (
                SELECT g.below, next_lane.*
                  FROM gap g CROSS JOIN LATERAL (
                    SELECT j.tenant_id, j.job_type, j.priority, j.due_at, j.job_id FROM llm.job j
                     WHERE j.status IN ('NEW', 'FAILED') AND NOT j.waits
                       AND j.tenant_id = g.tenant_id AND j.job_type = g.job_type AND j.priority > g.priority AND j.priority < g.below
                     ORDER BY j.priority, j.due_at, j.job_id LIMIT 1) next_lane
                UNION ALL
                SELECT lane.below, next_lane.*
                  FROM lane CROSS JOIN LATERAL (
                    SELECT j.tenant_id, j.job_type, j.priority, j.due_at, j.job_id FROM llm.job j
                     WHERE j.status IN ('NEW', 'FAILED') AND NOT j.waits
                       AND j.tenant_id = lane.tenant_id AND j.job_type = lane.job_type AND j.priority > lane.priority AND j.priority < lane.below
                     ORDER BY j.priority, j.due_at, j.job_id LIMIT 1) next_lane
            )
            SELECT ROW(l.tenant_id, l.job_type, l.priority, l.due_at, l.job_id)::llm.lane FROM lane l);
    ELSE
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
    END IF;
    v_ended := clock_timestamp();
    v_took := v_ended - v_began;
    IF v_is_near OR v_took > interval '2 ms' THEN
        v_seen := v_seen || ARRAY(SELECT k FROM unnest(v_lanes) k WHERE NOT EXISTS (SELECT FROM unnest(v_seen) s
            WHERE s.tenant_id = k.tenant_id AND s.job_type = k.job_type AND s.priority = k.priority));
    END IF;
    v_said := set_config('almagest.lanes', v_seen::text, false);
    v_said := set_config('almagest.lanes_seen', v_began::text, false);
    v_said := set_config('almagest.lanes_until', (v_ended + greatest(interval '50 ms', least(20 * v_took, interval '1 minute')))::text, false);
    v_said := set_config('almagest.lanes_again', (CASE WHEN v_took > interval '2 ms' THEN v_ended + least(10 * v_took, interval '1 minute')
        ELSE v_ended END)::text, false);
    IF NOT v_is_near THEN
        v_said := set_config('almagest.lanes_whole_again', (CASE WHEN v_took > interval '2 ms'
            THEN v_ended + least(100 * v_took, interval '5 minutes') END)::text, false);
        v_said := set_config('almagest.lanes_whole_until', (CASE WHEN v_took > interval '2 ms'
            THEN v_ended + least(400 * v_took, interval '10 minutes') END)::text, false);
    END IF;
    RETURN v_seen;
END $$;
