-- Gives a claimed job back untried: NEW again, the attempt not counted, its deadline kept.
-- Writes llm.job. AL001: stale token.
CREATE OR REPLACE FUNCTION llm.usp_hand_back_job(p_job_id bigint, p_lease_token uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_available_at timestamptz := llm.fn_available_at(
        (SELECT j.backfill_id FROM llm.job j WHERE j.job_id = p_job_id), clock_timestamp());
BEGIN
    UPDATE llm.job j
       SET status = 'NEW', lease_token = NULL, lease_until = NULL, worker_id = NULL, claimed_at = NULL,
           attempts = j.attempts - 1, available_at = v_available_at, waits = v_available_at = 'infinity'
     WHERE j.job_id = p_job_id AND j.lease_token = p_lease_token AND j.status = 'RUNNING';
    IF NOT FOUND THEN
        PERFORM llm.fn_raise_leases_lost(ARRAY[p_job_id]);
    END IF;
END $$;
