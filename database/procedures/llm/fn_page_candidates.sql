-- The jobs of some pages that may run now, the earliest deadline first, as far as pauses, caps and spending limits allow; twice as many as
-- asked for, since others may be claiming the first ones. Nulls = any. Locks and writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_page_candidates(p_job_types text[], p_source_page_ids bigint[], p_tenant_id integer,
    p_min_priority integer, p_limit integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off AS $$
BEGIN
    RETURN QUERY
    WITH running AS MATERIALIZED (
        SELECT n.tenant_id, n.job_type, n.running FROM llm.fn_running(NULL) n
         WHERE EXISTS (SELECT FROM llm.job_type_control c WHERE c.max_running IS NOT NULL)
            OR EXISTS (SELECT FROM llm.tenant t WHERE t.max_running IS NOT NULL)
    ), head AS (
        SELECT j.job_id, j.due_at, t.max_running AS tenant_cap, c.max_running AS type_cap, j.tenant_id, j.job_type,
               row_number() OVER (PARTITION BY j.tenant_id ORDER BY j.due_at, j.job_id) AS tenant_turn,
               row_number() OVER (PARTITION BY j.job_type ORDER BY j.due_at, j.job_id) AS type_turn
          FROM (SELECT DISTINCT page_id FROM unnest(p_source_page_ids) page_id) p
         CROSS JOIN LATERAL (
            SELECT o.job_id, o.due_at, o.tenant_id, o.job_type FROM llm.job o
             WHERE o.source_page_id = p.page_id AND o.status IN ('NEW', 'FAILED') AND NOT o.waits
               AND (p_job_types IS NULL OR o.job_type = ANY (p_job_types)) AND (p_tenant_id IS NULL OR o.tenant_id = p_tenant_id)
               AND (p_min_priority IS NULL OR o.priority >= p_min_priority)
               AND NOT EXISTS (SELECT FROM llm.job_type_control x WHERE x.job_type = o.job_type AND x.paused_at IS NOT NULL)
             ORDER BY o.due_at, o.job_id LIMIT 2 * p_limit + 8) j
          JOIN llm.tenant t ON t.tenant_id = j.tenant_id AND t.paused_at IS NULL
           AND (t.spending_held_until IS NULL OR t.spending_held_until <= clock_timestamp())
          LEFT JOIN llm.job_type_control c ON c.job_type = j.job_type
    )
    SELECT h.job_id FROM head h
     WHERE (h.tenant_cap IS NULL OR h.tenant_turn <= h.tenant_cap - (SELECT coalesce(sum(r.running), 0) FROM running r WHERE r.tenant_id = h.tenant_id))
       AND (h.type_cap IS NULL OR h.type_turn <= h.type_cap - (SELECT coalesce(sum(r.running), 0) FROM running r WHERE r.job_type = h.job_type))
     ORDER BY h.due_at, h.job_id LIMIT 2 * p_limit + 8;
END $$;
