-- What is wrong with jobs that are to be enqueued: SQLSTATE and sentence of the first at fault; no row: nothing.
-- The arrays are those of llm.usp_enqueue_many. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_enqueue_fault(p_tenant_id integer, p_type llm.job_type, p_payloads jsonb[],
    p_source_page_ids bigint[], p_chunk_ids bigint[], p_dedupe_keys text[], p_priority integer)
RETURNS TABLE (code text, message text)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off AS $$
BEGIN
    IF p_priority NOT BETWEEN 0 AND 100 THEN
        RETURN QUERY SELECT 'AL005', format('priority %s is not between 0 and 100', p_priority);
        RETURN;
    END IF;
    IF p_payloads IS NOT NULL THEN
        RETURN QUERY
        SELECT f.code, format('%s job %s: %s', p_type.job_type, a.place, f.message)
          FROM llm.queue_setting s
         CROSS JOIN unnest(p_payloads) WITH ORDINALITY a(payload, place)
         CROSS JOIN LATERAL (SELECT
            CASE WHEN jsonb_typeof(a.payload) <> 'object' THEN 'AL003'
                 WHEN pg_column_size(a.payload) > s.max_payload_bytes THEN 'AL005' ELSE 'AL003' END,
            CASE WHEN jsonb_typeof(a.payload) <> 'object' THEN 'the payload must be a JSON object'
                 WHEN pg_column_size(a.payload) > s.max_payload_bytes THEN format('the payload has %s bytes, more than the %s that queue.maximum_payload_bytes allows',
                      pg_column_size(a.payload), s.max_payload_bytes)
                 WHEN p_type.input_schema IS NOT NULL THEN llm.fn_schema_fault(a.payload, p_type.input_schema, 'payload') END) f(code, message)
         WHERE f.message IS NOT NULL ORDER BY a.place LIMIT 1;
        IF FOUND THEN RETURN; END IF;
    ELSIF p_type.input_schema IS NOT NULL THEN
        RETURN QUERY
        SELECT 'AL003', format('%s: %s', p_type.job_type, f) FROM llm.fn_schema_fault('{}', p_type.input_schema, 'payload') f WHERE f IS NOT NULL;
        IF FOUND THEN RETURN; END IF;
    END IF;
    IF p_dedupe_keys IS NOT NULL THEN
        RETURN QUERY SELECT 'AL005', 'a dedupe key must have 1 to 500 characters'
          FROM unnest(p_dedupe_keys) k WHERE length(k) NOT BETWEEN 1 AND 500 LIMIT 1;
        IF FOUND THEN RETURN; END IF;
    END IF;
    IF p_source_page_ids IS NOT NULL OR p_chunk_ids IS NOT NULL THEN
        RETURN QUERY
        SELECT 'AL004', format('tenant %s has no page %s%s', p_tenant_id, coalesce(a.page_id::text, 'null'), ' with chunk ' || a.chunk_id)
          FROM ROWS FROM (unnest(p_source_page_ids), unnest(p_chunk_ids)) WITH ORDINALITY a(page_id, chunk_id, place)
         -- Looked up one by one, whatever the planner knows of the tables' sizes.
         WHERE (a.page_id IS NOT NULL AND p_tenant_id IS DISTINCT FROM
                   (SELECT p.tenant_id FROM sem.source_page p WHERE p.source_page_id = a.page_id))
            OR (a.chunk_id IS NOT NULL AND NOT coalesce(
                   (SELECT c.tenant_id = p_tenant_id AND c.source_page_id = a.page_id FROM vector.chunk c WHERE c.chunk_id = a.chunk_id), false))
         ORDER BY a.place LIMIT 1;
    END IF;
END $$;
