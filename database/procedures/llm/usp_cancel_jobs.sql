-- Cancels live jobs of a tenant. All become dead letters with the reason "cancelled by …", so that nothing is lost and
-- llm.usp_retry_dead_letters brings them back; one that runs so loses its lease, its runner stops at the next heartbeat
-- and its output is refused (AL001). p_job_ids, p_job_type narrow it and one of them must be given; p_limit bounds the
-- transaction: call again until none is left. Locks in the order of ids.
-- Returns how many waited and how many ran. Writes llm.job, llm.job_dead_letter.
-- AL002: unknown type; AL004: unknown tenant; AL005: neither ids nor type, or a limit out of range.
CREATE OR REPLACE FUNCTION llm.usp_cancel_jobs(p_tenant_id integer, p_job_ids bigint[], p_job_type text,
    p_cancelled_by text, p_limit integer) RETURNS TABLE (waiting integer, running integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_ids bigint[];
    v_why jsonb := jsonb_build_object('reason', 'cancelled by ' || coalesce(nullif(p_cancelled_by, ''), 'someone'),
                                      'cancelled_at', clock_timestamp());
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id), llm.fn_require_step(p_limit);
    IF p_job_ids IS NULL AND p_job_type IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'say which jobs to cancel: their ids or their type';
    ELSIF p_job_type IS NOT NULL THEN
        PERFORM llm.fn_require_job_type(p_job_type, NULL);
    END IF;
    WITH chosen AS MATERIALIZED (
        SELECT j.job_id, j.status FROM llm.job j
         WHERE j.tenant_id = p_tenant_id AND (p_job_ids IS NULL OR j.job_id = ANY (p_job_ids))
           AND (p_job_type IS NULL OR j.job_type = p_job_type)
         ORDER BY j.job_id LIMIT p_limit FOR UPDATE)
    SELECT array_agg(c.job_id), count(*) FILTER (WHERE c.status <> 'RUNNING'), count(*) FILTER (WHERE c.status = 'RUNNING')
      INTO v_ids, waiting, running FROM chosen c;
    IF v_ids IS NOT NULL THEN
        PERFORM llm.usp_bury_jobs(v_ids, array_fill(v_why, ARRAY[cardinality(v_ids)]));
    END IF;
    RETURN NEXT;
END $$;
