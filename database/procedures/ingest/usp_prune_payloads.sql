-- Takes the raw bytes out of ingest records of all tenants that are older than p_days; the records, their checksums and the
-- pages' text stay, so the same bytes again still cost nothing. At most p_limit a step: call it until it returns 0.
-- Returns how many. Writes ingest.ingest_record. AL005: days or limit out of range.
CREATE OR REPLACE FUNCTION ingest.usp_prune_payloads(p_days integer, p_limit integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_before timestamptz := llm.fn_retention_cutoff(p_days);
    v_count integer;
BEGIN
    PERFORM llm.fn_require_step(p_limit);
    WITH old AS MATERIALIZED (
        SELECT r.ingest_record_id, r.tenant_id FROM ingest.ingest_record r
         WHERE r.raw IS NOT NULL AND r.recorded_at < v_before ORDER BY r.ingest_record_id LIMIT p_limit FOR UPDATE)
    UPDATE ingest.ingest_record r SET raw = NULL FROM old o
     WHERE r.ingest_record_id = o.ingest_record_id AND r.tenant_id = o.tenant_id;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END $$;
