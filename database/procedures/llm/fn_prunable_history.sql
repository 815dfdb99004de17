-- How many finished jobs of all tenants are older than p_days, and about how many bytes they take. Writes nothing.
-- AL005: days out of range.
CREATE OR REPLACE FUNCTION llm.fn_prunable_history(p_days integer) RETURNS TABLE (jobs bigint, bytes bigint)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_before timestamptz := llm.fn_retention_cutoff(p_days);
BEGIN
    RETURN QUERY SELECT count(*), coalesce(sum(pg_column_size(h.*)), 0)::bigint FROM llm.job_history h WHERE h.finished_at < v_before;
END $$;
