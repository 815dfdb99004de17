-- Enqueues jobs of several types at once.
-- p_jobs: array of {tenant_id, job_type, contract_version?, source_page_id?, chunk_id?, payload?, dedupe_key?,
--   priority?, correlation_id?}; see llm.usp_enqueue_many for what is left out, dedupe keys, tables and errors.
-- Returns a row for each: its place (from 1), the job's id, whether it is new.
CREATE OR REPLACE FUNCTION llm.usp_enqueue_jobs(p_jobs jsonb)
RETURNS TABLE (ordinal integer, job_id bigint, is_new boolean)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_priority text;
    v_kind record;
BEGIN
    SELECT j ->> 'priority' INTO v_priority FROM jsonb_array_elements(p_jobs) j
     WHERE (j ->> 'priority')::numeric NOT BETWEEN 0 AND 100 OR (j ->> 'priority')::numeric <> trunc((j ->> 'priority')::numeric) LIMIT 1;
    IF v_priority IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('priority %s is not a whole number between 0 and 100', v_priority);
    END IF;
    FOR v_kind IN
        SELECT (j ->> 'tenant_id')::integer AS tenant_id, j ->> 'job_type' AS job_type, j ->> 'contract_version' AS contract_version,
               (j ->> 'priority')::integer AS priority, (j ->> 'correlation_id')::uuid AS correlation_id,
               array_agg(e.place::integer ORDER BY e.place) AS places,
               array_agg(CASE WHEN jsonb_typeof(j -> 'payload') IS DISTINCT FROM 'null' THEN j -> 'payload' END ORDER BY e.place) AS payloads,
               array_agg((j ->> 'source_page_id')::bigint ORDER BY e.place) AS pages,
               array_agg((j ->> 'chunk_id')::bigint ORDER BY e.place) AS chunks,
               array_agg(j ->> 'dedupe_key' ORDER BY e.place) AS keys
          FROM jsonb_array_elements(p_jobs) WITH ORDINALITY e(j, place)
         GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    LOOP
        RETURN QUERY
        SELECT v_kind.places[m.ordinal], m.job_id, m.is_new
          FROM llm.usp_enqueue_many(v_kind.tenant_id, v_kind.job_type, v_kind.contract_version, v_kind.payloads, v_kind.pages,
                                    v_kind.chunks, v_kind.keys, v_kind.priority, v_kind.correlation_id) m;
    END LOOP;
END $$;
