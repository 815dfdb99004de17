-- What calls for tenants take today (UTC): a row a tenant, null = all. tokens and cost are null where no limit is set, since
-- nobody counts then; held_until and held_reason: a limit is reached, and waiting jobs wait for it. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_spending(p_tenant_id integer)
RETURNS TABLE (tenant text, day date, tokens bigint, cost numeric, reserved_tokens bigint, reserved_cost numeric,
    tokens_per_day bigint, cost_per_day numeric, held_until timestamptz, held_reason text, waiting bigint)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT t.name, d.day, s.tokens, s.cost, coalesce(r.tokens, 0)::bigint, coalesce(r.cost, 0), q.tokens_per_day, q.cost_per_day,
           h.held_until, h.held_reason,
           CASE WHEN h.held_until IS NULL THEN 0
                ELSE (SELECT count(*) FROM llm.job j WHERE j.tenant_id = t.tenant_id AND j.status <> 'RUNNING') END
      FROM llm.tenant t
     CROSS JOIN (SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date AS day) d
     CROSS JOIN llm.queue_setting q
      LEFT JOIN llm.spending s ON s.tenant_id = t.tenant_id AND s.day = d.day
     CROSS JOIN LATERAL (SELECT sum(x.tokens) AS tokens, sum(x.cost) AS cost FROM llm.spending_reservation x
                          WHERE x.tenant_id = t.tenant_id AND x.day = d.day) r
      LEFT JOIN LATERAL (SELECT t.spending_held_until AS held_until, t.spending_held_reason AS held_reason
                          WHERE t.spending_held_until > clock_timestamp()) h ON true
     WHERE p_tenant_id IS NULL OR t.tenant_id = p_tenant_id
$$;
