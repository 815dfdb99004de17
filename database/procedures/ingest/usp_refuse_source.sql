-- Records that something could not be taken in, and why. Refused again: one attempt more and the newest reason; taken in
-- later, the same work item says so. Returns how many attempts there were. Writes ingest.source, ingest.work_item.
-- AL004: unknown tenant. AL005: no reason, no locator, or one longer than 4000 characters.
CREATE OR REPLACE FUNCTION ingest.usp_refuse_source(p_tenant_id integer, p_locator text, p_reason text) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_source_id bigint;
    v_attempts integer;
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    IF coalesce(p_locator, '') = '' OR length(p_locator) > 4000 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'a source''s locator must have 1 to 4000 characters';
    ELSIF coalesce(p_reason, '') = '' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('source %s is refused without a reason', left(p_locator, 200));
    END IF;
    INSERT INTO ingest.source (tenant_id, locator, last_version) VALUES (p_tenant_id, p_locator, 0)
    ON CONFLICT (tenant_id, locator_hash) DO NOTHING;
    SELECT s.source_id INTO STRICT v_source_id FROM ingest.source s
     WHERE s.tenant_id = p_tenant_id AND s.locator_hash = md5(p_locator)::uuid FOR UPDATE;
    INSERT INTO ingest.work_item AS w (tenant_id, source_id, dedupe_key, locator, correlation_id, state, reason)
    VALUES (p_tenant_id, v_source_id, ingest.fn_refused_key(p_locator), p_locator, gen_random_uuid(), 'refused', left(p_reason, 2000))
    ON CONFLICT (tenant_id, dedupe_key) DO UPDATE
       SET attempts = w.attempts + 1, reason = excluded.reason, attempted_at = clock_timestamp()
    RETURNING w.attempts INTO v_attempts;
    RETURN v_attempts;
END $$;
