-- Shares p_limit places among tenants so that running jobs divided by weight become as even as they can: who has fewest for
-- its weight is filled first, as water fills vessels. The arrays belong together by place: tenants, what each has
-- running, its weight, and the most that it can take. Returns a row for each tenant that gets places. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_tenant_shares(p_limit integer, p_tenant_ids integer[], p_running bigint[], p_weights numeric[],
    p_room bigint[]) RETURNS TABLE (tenant_id integer, places integer)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN QUERY
    WITH asking AS MATERIALIZED (
        SELECT a.tenant_id, a.running::double precision AS running, a.weight::double precision AS weight,
               least(a.room, p_limit)::double precision AS room
          FROM unnest(p_tenant_ids, p_running, p_weights, p_room) a(tenant_id, running, weight, room) WHERE a.room > 0
    ), edge AS ( -- at its own level a vessel begins to fill, and higher up it is full
        SELECT running / weight AS level, weight AS slope FROM asking
        UNION ALL SELECT (running + room) / weight, -weight FROM asking
    ), step AS (
        SELECT level, sum(slope) OVER rising AS slope, lead(level) OVER rising - level AS height
          FROM (SELECT level, sum(slope) AS slope FROM edge GROUP BY level) e WINDOW rising AS (ORDER BY level)
    ), filled AS (
        SELECT level, slope, slope * height AS takes, coalesce(sum(slope * height) OVER (ORDER BY level
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
          FROM step
    ), surface AS (
        SELECT coalesce((SELECT f.level + (p_limit - f.before) / f.slope FROM filled f
                          WHERE f.before + f.takes > p_limit AND f.slope > 0 ORDER BY f.level LIMIT 1), 'infinity') AS level
    ), whole AS (
        SELECT a.*, floor(least(a.room, greatest(0, s.level * a.weight - a.running)) + 1e-9) AS places
          FROM asking a CROSS JOIN surface s
    ), ranked AS ( -- the fractions cut off make a few places more
        SELECT w.*, row_number() OVER (ORDER BY w.places >= w.room, (w.running + w.places + 1) / w.weight, w.tenant_id) AS turn,
               least(p_limit, (SELECT sum(room) FROM asking)) - sum(w.places) OVER () AS more
          FROM whole w
    )
    SELECT r.tenant_id, (r.places + (r.turn <= r.more AND r.places < r.room)::integer)::integer FROM ranked r
     WHERE r.places + (r.turn <= r.more AND r.places < r.room)::integer > 0;
END $$;
