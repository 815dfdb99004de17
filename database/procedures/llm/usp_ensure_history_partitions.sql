-- Makes the monthly partitions of llm.job_history from this month to p_months_ahead further ones, named
-- llm.job_history_yyyymm. Rows of such a month that already lie in the default partition move into it where they are at
-- most 100,000; a month of more stays in the default partition, so that completions never wait long.
-- Returns how many were made; where the history is locked for longer than two seconds, 0: the queue works without, and
-- the next call makes them. Writes llm.job_history. AL005: months out of range.
CREATE OR REPLACE FUNCTION llm.usp_ensure_history_partitions(p_months_ahead integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public SET lock_timeout = '2s' AS $$
DECLARE
    v_month record;
    v_rows bigint;
    v_made integer := 0;
BEGIN
    IF p_months_ahead IS NULL OR p_months_ahead NOT BETWEEN 0 AND 120 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'months ahead must be from 0 to 120';
    END IF;
    FOR v_month IN
        SELECT 'job_history_' || to_char(m, 'YYYYMM') AS name, m AT TIME ZONE 'UTC' AS first,
               (m + interval '1 month') AT TIME ZONE 'UTC' AS next
          FROM generate_series(0, p_months_ahead) n
         CROSS JOIN LATERAL (SELECT date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n)) x(m)
         WHERE to_regclass('llm.job_history_' || to_char(m, 'YYYYMM')) IS NULL
         ORDER BY m
    LOOP
        -- Before anything is read of it: two that first read and then lock would wait for one another.
        LOCK TABLE llm.job_history IN ACCESS EXCLUSIVE MODE;
        CONTINUE WHEN to_regclass('llm.' || v_month.name) IS NOT NULL;
        SELECT count(*) INTO v_rows FROM (
            SELECT FROM llm.job_history_default h
             WHERE h.finished_at >= v_month.first AND h.finished_at < v_month.next LIMIT 100001) h;
        CONTINUE WHEN v_rows > 100000;
        EXECUTE format('CREATE TABLE llm.%I (LIKE llm.job_history INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_month.name);
        EXECUTE format('WITH moved AS (DELETE FROM llm.job_history_default h WHERE h.finished_at >= %L AND h.finished_at < %L'
                       ' RETURNING h.*) INSERT INTO llm.%I SELECT * FROM moved', v_month.first, v_month.next, v_month.name);
        EXECUTE format('ALTER TABLE llm.job_history ATTACH PARTITION llm.%I FOR VALUES FROM (%L) TO (%L)',
                       v_month.name, v_month.first, v_month.next);
        v_made := v_made + 1;
    END LOOP;
    RETURN v_made;
EXCEPTION WHEN lock_not_available THEN
    RETURN 0;
END $$;
