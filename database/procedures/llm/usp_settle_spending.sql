-- Ends what llm.usp_reserve_spending set aside for a call: p_tokens and p_cost are what it took, 0 where it did not come about.
-- In a transaction of its own, right after the call. Again, or without a reservation, it changes nothing.
-- Writes llm.spending, llm.spending_reservation. AL005: below 0.
CREATE OR REPLACE FUNCTION llm.usp_settle_spending(p_job_id bigint, p_lease_token uuid, p_tokens bigint, p_cost numeric)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_reservation llm.spending_reservation;
BEGIN
    IF p_tokens < 0 OR p_cost < 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'a call cannot take less than nothing';
    END IF;
    SELECT r.* INTO v_reservation FROM llm.spending_reservation r WHERE r.job_id = p_job_id AND r.lease_token = p_lease_token;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    -- In the order of llm.usp_reserve_spending.
    PERFORM FROM llm.spending s WHERE s.tenant_id = v_reservation.tenant_id AND s.day = v_reservation.day FOR UPDATE;
    DELETE FROM llm.spending_reservation r WHERE r.job_id = p_job_id AND r.lease_token = p_lease_token;
    IF FOUND THEN
        UPDATE llm.spending s SET tokens = s.tokens + p_tokens, cost = s.cost + p_cost
         WHERE s.tenant_id = v_reservation.tenant_id AND s.day = v_reservation.day AND (p_tokens > 0 OR p_cost > 0);
    END IF;
END $$;
