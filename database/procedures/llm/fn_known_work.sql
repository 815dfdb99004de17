-- Which pieces of work are known to the queue. p_jobs: array of {job_type, contract_version, locator, content_sha256,
-- occurrence}, as llm.fn_dedupe_key takes them. Returns a row for each known one: its place in the array (from 0) and
-- whether it waits or runs (true) or is over, well or badly (false). Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_known_work(p_tenant_id integer, p_jobs jsonb) RETURNS TABLE (place integer, is_live boolean)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT (e.place - 1)::integer, EXISTS (SELECT FROM llm.job j WHERE j.job_id = k.job_id)
      FROM jsonb_array_elements(p_jobs) WITH ORDINALITY e(job, place)
      JOIN llm.job_dedupe_key k ON k.tenant_id = p_tenant_id
       AND k.dedupe_key = llm.fn_dedupe_key(e.job ->> 'job_type', e.job ->> 'contract_version', e.job ->> 'locator',
                                            e.job ->> 'content_sha256', (e.job ->> 'occurrence')::integer)
$$;
