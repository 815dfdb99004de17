-- A runner tells how its circuit to a model's endpoint stands: open, half_open (one call may try again) or closed. While it
-- is not closed it is to be told again every ten seconds: what was not for half a minute is not shown any more. since stays that of the
-- first telling. p_retry_after_ms is how long until a call may try again, null: none.
-- Writes llm.circuit. AL005: no such state, no worker or model, or a time below zero.
CREATE OR REPLACE FUNCTION llm.usp_tell_circuit(p_worker_id text, p_model text, p_endpoint text, p_state text,
    p_retry_after_ms bigint, p_reason text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    IF p_state IS NULL OR p_state NOT IN ('closed', 'open', 'half_open') THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('a circuit is closed, open or half_open, not %s', coalesce(quote_literal(p_state), 'null'));
    END IF;
    IF coalesce(p_worker_id, '') = '' OR coalesce(p_model, '') = '' OR p_retry_after_ms < 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'a circuit needs the names of its worker and model, and no time below zero';
    END IF;
    IF p_state = 'closed' THEN
        DELETE FROM llm.circuit c WHERE c.worker_id = p_worker_id AND c.model = p_model;
        RETURN;
    END IF;
    INSERT INTO llm.circuit AS c (worker_id, model, endpoint, state, reason, since, retry_at, told_at)
    VALUES (p_worker_id, p_model, coalesce(p_endpoint, ''), p_state, left(p_reason, 1000), v_now,
            v_now + make_interval(secs => coalesce(p_retry_after_ms, 0) / 1000.0), v_now)
    ON CONFLICT (worker_id, model) DO UPDATE
       SET endpoint = EXCLUDED.endpoint, state = EXCLUDED.state, reason = EXCLUDED.reason, retry_at = EXCLUDED.retry_at, told_at = EXCLUDED.told_at;
    -- Of runners that are gone.
    DELETE FROM llm.circuit c WHERE c.ctid = ANY (ARRAY(
        SELECT o.ctid FROM llm.circuit o WHERE o.told_at < v_now - interval '1 h' ORDER BY o.worker_id, o.model FOR UPDATE SKIP LOCKED));
END $$;
