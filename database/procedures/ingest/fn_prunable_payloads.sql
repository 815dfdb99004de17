-- How many raw payloads of all tenants are older than p_days, and how many bytes they take as stored. Writes nothing.
-- AL005: days out of range.
CREATE OR REPLACE FUNCTION ingest.fn_prunable_payloads(p_days integer) RETURNS TABLE (payloads bigint, bytes bigint)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_before timestamptz := llm.fn_retention_cutoff(p_days);
BEGIN
    RETURN QUERY
    SELECT count(*), coalesce(sum(pg_column_size(r.raw)), 0)::bigint FROM ingest.ingest_record r
     WHERE r.raw IS NOT NULL AND r.recorded_at < v_before;
END $$;
