-- Sets what calls to models may take in a day (UTC), of each tenant, all workers together: tokens of prompts and answers, and
-- money in the currency of the prices. Null: no limit. Other limits than before end what a reached one held back.
-- Returns whether they are others. Writes llm.queue_setting, llm.tenant, llm.spending. AL005: below or equal to 0.
CREATE OR REPLACE FUNCTION llm.usp_set_spending_limits(p_tokens_per_day bigint, p_cost_per_day numeric) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_before llm.queue_setting;
BEGIN
    IF p_tokens_per_day <= 0 OR p_cost_per_day <= 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'a limit of a day''s spending must be above 0, or null for none';
    END IF;
    SELECT q.* INTO STRICT v_before FROM llm.queue_setting q;
    IF (v_before.tokens_per_day, v_before.cost_per_day) IS NOT DISTINCT FROM (p_tokens_per_day, p_cost_per_day) THEN
        RETURN false;
    END IF;
    UPDATE llm.queue_setting q SET tokens_per_day = p_tokens_per_day, cost_per_day = p_cost_per_day;
    -- Without limits nobody counted: the day begins anew with what llm.run knows.
    IF v_before.tokens_per_day IS NULL AND v_before.cost_per_day IS NULL THEN
        DELETE FROM llm.spending s WHERE s.day >= (clock_timestamp() AT TIME ZONE 'UTC')::date;
    END IF;
    UPDATE llm.tenant t SET spending_held_until = NULL, spending_held_reason = NULL WHERE t.spending_held_until IS NOT NULL;
    RETURN true;
END $$;
