-- Sets a tenant's share of the runners: its weight (a tenant of weight 2 may have twice the running jobs of one of
-- weight 1 before the other goes first) and how many of its jobs may run at once. Null keeps a value; a p_max_running of
-- 0 takes the limit away. Writes llm.tenant.
-- AL004: unknown tenant; AL005: a weight not above 0 and up to 1000000, or a negative number of jobs.
CREATE OR REPLACE FUNCTION llm.usp_set_tenant_share(p_tenant_id integer, p_weight numeric, p_max_running integer)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    IF p_weight IS NOT NULL AND NOT (p_weight > 0 AND p_weight <= 1000000) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005',
            MESSAGE = format('a tenant''s weight must be above 0 and at most 1000000, not %s', p_weight);
    ELSIF p_max_running < 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format(
            'how many jobs of a tenant may run must be at least 1, or 0 for no limit, not %s', p_max_running);
    END IF;
    UPDATE llm.tenant t
       SET weight = coalesce(p_weight, t.weight),
           max_running = CASE WHEN p_max_running IS NULL THEN t.max_running ELSE nullif(p_max_running, 0) END
     WHERE t.tenant_id = p_tenant_id;
END $$;
