-- Makes the monthly partitions of llm.job_history from this month to p_months_ahead further ones, named
-- llm.job_history_yyyymm. A month of which rows already lie in the default partition stays there.
-- Returns how many were made. For upkeep; the queue works without.
CREATE OR REPLACE FUNCTION llm.usp_ensure_history_partitions(p_months_ahead integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_first timestamptz;
    v_next timestamptz;
    v_made integer := 0;
BEGIN
    IF p_months_ahead IS NULL OR p_months_ahead NOT BETWEEN 0 AND 120 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'months ahead must be from 0 to 120';
    END IF;
    FOR v_month IN 0 .. p_months_ahead LOOP
        v_first := (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => v_month)) AT TIME ZONE 'UTC';
        v_next := (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => v_month + 1)) AT TIME ZONE 'UTC';
        CONTINUE WHEN to_regclass('llm.job_history_' || to_char(v_first AT TIME ZONE 'UTC', 'YYYYMM')) IS NOT NULL
            OR EXISTS (SELECT FROM llm.job_history_default h WHERE h.finished_at >= v_first AND h.finished_at < v_next);
        EXECUTE format('CREATE TABLE llm.%I PARTITION OF llm.job_history FOR VALUES FROM (%L) TO (%L)',
                       'job_history_' || to_char(v_first AT TIME ZONE 'UTC', 'YYYYMM'), v_first, v_next);
        v_made := v_made + 1;
    END LOOP;
    RETURN v_made;
END $$;
