-- Sets aside what a call for a job may take at most, before it begins. p_tokens: of prompt and answer.
-- Returns reserved; wait, where it would pass a limit of the day if the calls under way took all that is set aside for them; or
-- held, where it would pass it for certain: then no job of the tenant is claimed until the day (UTC) is over or the
-- limits are others. Where no limit is set it is always reserved, and nothing is written.
-- One at a time for each tenant. What was set aside for a call whose worker is gone counts as spent.
-- Writes llm.spending, llm.spending_reservation, llm.tenant. AL001: a stale token; AL005: below 0.
CREATE OR REPLACE FUNCTION llm.usp_reserve_spending(p_job_id bigint, p_lease_token uuid, p_tokens bigint, p_cost numeric)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_limit llm.queue_setting;
    v_tenant_id integer;
    v_day date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
    v_spent llm.spending;
    v_calls integer;
    v_tokens bigint;
    v_cost numeric;
BEGIN
    IF p_tokens < 0 OR p_cost < 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'a call cannot take less than nothing';
    END IF;
    SELECT q.* INTO STRICT v_limit FROM llm.queue_setting q;
    IF v_limit.tokens_per_day IS NULL AND v_limit.cost_per_day IS NULL THEN
        RETURN 'reserved';
    END IF;
    SELECT j.tenant_id INTO v_tenant_id FROM llm.job j
     WHERE j.job_id = p_job_id AND j.lease_token = p_lease_token AND j.status = 'RUNNING';
    IF NOT FOUND THEN
        PERFORM llm.fn_raise_leases_lost(ARRAY[p_job_id]);
    END IF;

    SELECT s.* INTO v_spent FROM llm.spending s WHERE s.tenant_id = v_tenant_id AND s.day = v_day FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO llm.spending AS s (tenant_id, day, tokens, cost)
        SELECT v_tenant_id, v_day, coalesce(sum(r.prompt_tokens + r.completion_tokens), 0), coalesce(sum(r.cost), 0)
          FROM llm.run r
         WHERE r.tenant_id = v_tenant_id AND r.started_at >= v_day::timestamp AT TIME ZONE 'UTC' AND NOT r.from_cache
        ON CONFLICT DO NOTHING;
        SELECT s.* INTO STRICT v_spent FROM llm.spending s WHERE s.tenant_id = v_tenant_id AND s.day = v_day FOR UPDATE;
    END IF;
    WITH gone AS (
        DELETE FROM llm.spending_reservation r
         WHERE r.tenant_id = v_tenant_id AND r.day = v_day AND NOT EXISTS (
            SELECT FROM llm.job j WHERE j.job_id = r.job_id AND j.lease_token = r.lease_token AND j.status = 'RUNNING')
        RETURNING r.tokens, r.cost
    ), lost AS (
        SELECT sum(g.tokens) AS tokens, sum(g.cost) AS cost FROM gone g HAVING count(*) > 0
    )
    UPDATE llm.spending s SET tokens = s.tokens + l.tokens, cost = s.cost + l.cost FROM lost l
     WHERE s.tenant_id = v_tenant_id AND s.day = v_day RETURNING s.* INTO v_spent;
    IF NOT FOUND THEN
        SELECT s.* INTO STRICT v_spent FROM llm.spending s WHERE s.tenant_id = v_tenant_id AND s.day = v_day;
    END IF;

    SELECT count(*), coalesce(sum(r.tokens), 0), coalesce(sum(r.cost), 0) INTO v_calls, v_tokens, v_cost
      FROM llm.spending_reservation r
     WHERE r.tenant_id = v_tenant_id AND r.day = v_day AND (r.job_id, r.lease_token) <> (p_job_id, p_lease_token);
    IF v_spent.tokens + v_tokens + p_tokens > v_limit.tokens_per_day OR v_spent.cost + v_cost + p_cost > v_limit.cost_per_day THEN
        IF v_calls > 0 THEN
            RETURN 'wait';
        END IF;
        UPDATE llm.tenant t
           SET spending_held_until = (v_day + 1)::timestamp AT TIME ZONE 'UTC',
               spending_held_reason = CASE WHEN v_spent.tokens + p_tokens > v_limit.tokens_per_day
                   THEN format('%s of %s tokens of the day are spent, and the next call may take %s', v_spent.tokens,
                               v_limit.tokens_per_day, p_tokens)
                   ELSE format('%s of %s of the day''s money is spent, and the next call may take %s', round(v_spent.cost, 4),
                               v_limit.cost_per_day, round(p_cost, 4)) END
         WHERE t.tenant_id = v_tenant_id;
        RETURN 'held';
    END IF;
    INSERT INTO llm.spending_reservation AS r (job_id, lease_token, tenant_id, day, tokens, cost)
    VALUES (p_job_id, p_lease_token, v_tenant_id, v_day, p_tokens, p_cost)
    ON CONFLICT (job_id, lease_token) DO UPDATE SET tokens = EXCLUDED.tokens, cost = EXCLUDED.cost;
    RETURN 'reserved';
END $$;
