-- From which of some lanes a claim takes how many jobs. Tenants get places by weight and running jobs, and within a tenant the
-- earliest deadlines go first. Lanes that are paused, held by a spending limit, below p_min_priority, or at the cap of their
-- type or tenant get none.
-- p_lanes: llm.fn_known_lanes; p_plain: no type or tenant is paused, held or capped. Other nulls = any. Returns lanes, each with
-- the place to look from and how many to take; a lane that is alone and has no cap gets all places uncounted.
-- Locks and writes nothing. Planned under the settings of llm.usp_claim_jobs.
CREATE OR REPLACE FUNCTION llm.fn_claim_plan(p_lanes llm.lane[], p_plain boolean, p_job_types text[], p_limit integer,
    p_tenant_id integer, p_min_priority integer) RETURNS llm.lane_share[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_lanes llm.lane[] := p_lanes;
    v_tenants integer[];
    v_weights numeric[];
    v_running bigint[];
    v_room bigint[];
    v_found bigint[];
    v_types text[];
    v_type_room bigint[];
    v_places integer[];
BEGIN
    IF NOT (p_plain AND p_job_types IS NULL AND p_tenant_id IS NULL AND p_min_priority IS NULL) AND cardinality(p_lanes) > 0 THEN
        v_lanes := ARRAY(
            SELECT k FROM unnest(p_lanes) k JOIN llm.tenant t ON t.tenant_id = k.tenant_id
             WHERE t.paused_at IS NULL AND (t.spending_held_until IS NULL OR t.spending_held_until <= clock_timestamp())
               AND (p_job_types IS NULL OR k.job_type = ANY (p_job_types))
               AND (p_tenant_id IS NULL OR k.tenant_id = p_tenant_id) AND (p_min_priority IS NULL OR k.priority >= p_min_priority)
               AND NOT EXISTS (SELECT FROM llm.job_type_control c WHERE c.job_type = k.job_type AND c.paused_at IS NOT NULL));
    END IF;
    IF cardinality(v_lanes) = 0 THEN
        RETURN '{}';
    ELSIF cardinality(v_lanes) = 1 AND p_plain THEN
        RETURN ARRAY[ROW(v_lanes[1].tenant_id, v_lanes[1].job_type, v_lanes[1].priority, v_lanes[1].due_at, v_lanes[1].job_id,
                         p_limit, NULL, NULL)::llm.lane_share];
    END IF;
    SELECT array_agg(t.tenant_id ORDER BY t.tenant_id), array_agg(t.weight ORDER BY t.tenant_id),
           array_agg(t.max_running ORDER BY t.tenant_id)
      INTO v_tenants, v_weights, v_room
      FROM llm.tenant t WHERE t.tenant_id IN (SELECT l.tenant_id FROM unnest(v_lanes) l);
    IF NOT p_plain THEN
        SELECT array_agg(c.job_type), array_agg(c.max_running - coalesce(r.running, 0)) INTO v_types, v_type_room
          FROM llm.job_type_control c
          LEFT JOIN (SELECT n.job_type, sum(n.running) AS running FROM llm.fn_running(NULL) n GROUP BY n.job_type) r USING (job_type)
         WHERE c.max_running IS NOT NULL;
    END IF;
    -- One tenant without a cap has all places, whatever it runs.
    IF cardinality(v_tenants) = 1 AND v_room[1] IS NULL THEN
        v_running := ARRAY[0];
        v_room := ARRAY[p_limit];
    ELSE
        SELECT array_agg(coalesce(r.running, 0) ORDER BY t.place),
               array_agg(greatest(0, least(p_limit, v_room[t.place] - coalesce(r.running, 0))) ORDER BY t.place)
          INTO v_running, v_room
          FROM unnest(v_tenants) WITH ORDINALITY t(tenant_id, place)
          LEFT JOIN (SELECT n.tenant_id, sum(n.running)::bigint AS running FROM llm.fn_running(v_tenants) n GROUP BY n.tenant_id) r
                 USING (tenant_id);
    END IF;
    IF cardinality(v_lanes) = 1 AND v_room[1] = p_limit AND NOT v_lanes[1].job_type = ANY (coalesce(v_types, '{}')) THEN
        RETURN ARRAY[ROW(v_lanes[1].tenant_id, v_lanes[1].job_type, v_lanes[1].priority, v_lanes[1].due_at, v_lanes[1].job_id,
                         p_limit, NULL, NULL)::llm.lane_share];
    END IF;
    -- Shares are given out without knowing how much each tenant has waiting; who turns out to have less leaves its places to
    -- the others in another round.
    FOR v_round IN 1 .. 8 LOOP
        v_places := v_room;
        EXIT WHEN cardinality(v_tenants) = 1;
        v_places := ARRAY(SELECT coalesce(s.places, 0)
            FROM unnest(v_tenants) WITH ORDINALITY t(tenant_id, place)
            LEFT JOIN llm.fn_tenant_shares(p_limit, v_tenants, v_running, v_weights, v_room) s USING (tenant_id) ORDER BY t.place);
        v_found := ARRAY(SELECT (SELECT count(*) FROM unnest(v_lanes) l CROSS JOIN LATERAL (
                SELECT FROM llm.job j
                 WHERE j.tenant_id = l.tenant_id AND j.job_type = l.job_type AND j.priority = l.priority
                   AND j.status IN ('NEW', 'FAILED') AND NOT j.waits AND (j.due_at, j.job_id) >= (l.due_at, l.job_id)
                 ORDER BY j.due_at, j.job_id LIMIT v_places[t.place]) h
             WHERE l.tenant_id = t.tenant_id)
            FROM unnest(v_tenants) WITH ORDINALITY t(tenant_id, place) ORDER BY t.place);
        EXIT WHEN NOT EXISTS (SELECT FROM unnest(v_found, v_places) f(found, places) WHERE f.found < f.places)
               OR NOT EXISTS (SELECT FROM unnest(v_room, v_places) r(room, places) WHERE r.room > r.places);
        v_room := ARRAY(SELECT CASE WHEN f.found < f.places THEN f.found ELSE f.room END
                          FROM unnest(v_found, v_places, v_room) WITH ORDINALITY f(found, places, room, place) ORDER BY f.place);
    END LOOP;
    RETURN ARRAY(
    SELECT ROW(c.tenant_id, c.job_type, c.priority, c.lane_due_at, c.lane_job_id, count(*)::integer,
               max(c.due_at), (array_agg(c.job_id ORDER BY c.due_at DESC, c.job_id DESC))[1])::llm.lane_share
      FROM (SELECT l.tenant_id, l.job_type, l.priority, l.due_at AS lane_due_at, l.job_id AS lane_job_id, h.due_at, h.job_id, p.places,
                   row_number() OVER (PARTITION BY l.tenant_id ORDER BY h.due_at, h.job_id) AS turn,
                   CASE WHEN l.job_type = ANY (v_types) THEN row_number() OVER (PARTITION BY l.job_type ORDER BY h.due_at, h.job_id)
                   END AS type_turn
              FROM unnest(v_tenants, v_places) p(tenant_id, places)
              JOIN unnest(v_lanes) l USING (tenant_id)
             CROSS JOIN LATERAL (
                SELECT j.due_at, j.job_id FROM llm.job j
                 WHERE j.tenant_id = l.tenant_id AND j.job_type = l.job_type AND j.priority = l.priority
                   AND j.status IN ('NEW', 'FAILED') AND NOT j.waits AND (j.due_at, j.job_id) >= (l.due_at, l.job_id)
                 ORDER BY j.due_at, j.job_id LIMIT p.places) h) c
     WHERE c.turn <= c.places
       AND (c.type_turn IS NULL OR c.type_turn <= v_type_room[array_position(v_types, c.job_type)])
     GROUP BY c.tenant_id, c.job_type, c.priority, c.lane_due_at, c.lane_job_id);
END $$;
