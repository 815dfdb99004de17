-- Gives waiting jobs of a tenant another priority, and with it the deadline that they would have had with it from the
-- start. p_job_ids, p_job_type and p_source_pattern ("*" stands for any text; on the page's locator) narrow it and one
-- of them must be given. A step takes at most p_limit jobs with ids above p_after_job_id (null: from the first), in the
-- order of ids. Returns how many changed and the last id that was looked at; null: none is left.
-- Writes llm.job. AL002: unknown type; AL004: unknown tenant; AL005: nothing that narrows it, a priority not in 0 … 100,
-- or a limit out of range.
CREATE OR REPLACE FUNCTION llm.usp_bump_jobs(p_tenant_id integer, p_job_ids bigint[], p_job_type text,
    p_source_pattern text, p_priority integer, p_after_job_id bigint, p_limit integer)
RETURNS TABLE (bumped integer, last_job_id bigint)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_ids bigint[];
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id), llm.fn_require_step(p_limit);
    IF p_job_ids IS NULL AND p_job_type IS NULL AND p_source_pattern IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'say which jobs to bump: their ids, their type or their source';
    ELSIF p_priority IS NULL OR p_priority NOT BETWEEN 0 AND 100 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005',
            MESSAGE = format('priority %s is not between 0 and 100', coalesce(p_priority::text, 'null'));
    ELSIF p_job_type IS NOT NULL THEN
        PERFORM llm.fn_require_job_type(p_job_type, NULL);
    END IF;
    WITH chosen AS MATERIALIZED (
        SELECT j.job_id FROM llm.job j
         WHERE j.tenant_id = p_tenant_id AND j.status IN ('NEW', 'FAILED') AND j.job_id > coalesce(p_after_job_id, 0)
           AND (p_job_ids IS NULL OR j.job_id = ANY (p_job_ids)) AND (p_job_type IS NULL OR j.job_type = p_job_type)
           AND (p_source_pattern IS NULL OR j.source_page_id IN (
                SELECT p.source_page_id FROM sem.source_page p
                 WHERE p.tenant_id = p_tenant_id AND p.locator LIKE llm.fn_like_pattern(p_source_pattern)))
         ORDER BY j.job_id LIMIT p_limit FOR UPDATE OF j)
    SELECT array_agg(c.job_id), max(c.job_id) INTO v_ids, last_job_id FROM chosen c;
    UPDATE llm.job j
       SET priority = p_priority, due_at = llm.fn_due_at(j.enqueued_at, t.slack_seconds, t.priority, p_priority)
      FROM llm.job_type t
     WHERE j.job_id = ANY (v_ids) AND t.job_type = j.job_type AND t.contract_version = j.contract_version
       AND j.priority <> p_priority;
    GET DIAGNOSTICS bumped = ROW_COUNT;
    RETURN NEXT;
END $$;
