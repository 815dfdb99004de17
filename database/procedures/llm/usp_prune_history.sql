-- Takes finished jobs of all tenants that are older than p_days out of llm.job_history: a partition that is old as a whole
-- is dropped where that needs no wait, else at most p_limit rows are deleted. Their dedupe keys stay, so that their work is
-- not asked for again, and so do their runs. Call it until it returns 0.
-- Returns how many rows went. Writes llm.job_history. AL005: days or limit out of range.
CREATE OR REPLACE FUNCTION llm.usp_prune_history(p_days integer, p_limit integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public SET lock_timeout = '2s' AS $$
DECLARE
    v_before timestamptz := llm.fn_retention_cutoff(p_days);
    v_old text;
    v_rows bigint;
BEGIN
    PERFORM llm.fn_require_step(p_limit);
    FOR v_old IN SELECT p.partition::text FROM llm.fn_history_partitions() p WHERE p.ends_at <= v_before ORDER BY p.ends_at LOOP
        BEGIN
            -- Before anything is read of it: two that first read and then lock would wait for one another.
            LOCK TABLE llm.job_history IN ACCESS EXCLUSIVE MODE;
            CONTINUE WHEN to_regclass(v_old) IS NULL;
            EXECUTE format('SELECT count(*) FROM %s', v_old) INTO v_rows;
            EXECUTE format('DROP TABLE %s', v_old);
            CONTINUE WHEN v_rows = 0;
            RETURN v_rows;
        EXCEPTION WHEN lock_not_available THEN
            EXIT;
        END;
    END LOOP;
    WITH old AS MATERIALIZED (
        SELECT h.job_id, h.finished_at FROM llm.job_history h
         WHERE h.finished_at < v_before ORDER BY h.job_id, h.finished_at LIMIT p_limit FOR UPDATE)
    DELETE FROM llm.job_history h USING old o WHERE h.job_id = o.job_id AND h.finished_at = o.finished_at;
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    RETURN v_rows;
END $$;
