-- The newest page of a locator that was taken in, and the headers that came with its bytes: what a conditional request
-- for it needs. No row where nothing was taken in. Writes nothing.
CREATE OR REPLACE FUNCTION ingest.fn_last_fetch(p_tenant_id integer, p_locator text)
RETURNS TABLE (source_page_id bigint, version integer, correlation_id uuid, headers jsonb)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT p.source_page_id, p.version, p.correlation_id, r.headers
      FROM ingest.source s
      JOIN ingest.work_item w ON w.source_id = s.source_id AND w.tenant_id = s.tenant_id AND w.state = 'taken_in'
      JOIN ingest.ingest_record r ON r.work_item_id = w.work_item_id AND r.tenant_id = w.tenant_id
      JOIN sem.source_page p ON p.ingest_record_id = r.ingest_record_id AND p.tenant_id = r.tenant_id
     WHERE s.tenant_id = p_tenant_id AND s.locator_hash = md5(p_locator)::uuid
     ORDER BY w.attempted_at DESC, p.version DESC LIMIT 1
$$;
