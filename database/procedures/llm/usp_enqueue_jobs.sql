-- Enqueues many jobs at once; the step that every way into the queue shares.
-- p_jobs: array of {tenant_id, job_type, contract_version?, source_page_id?, chunk_id?, payload?, dedupe_key?,
--   priority?, correlation_id?}; no version = the active one, no priority = the type's, no correlation = a new one,
--   no dedupe key = never a duplicate.
-- Returns a row for each: its place (from 1), the job's id, whether it is new. A dedupe key that is live, dead or has
--   succeeded gives the old id; only usp_retry_dead_letters brings a dead job back.
-- Writes llm.job_dedupe_key, llm.job. Keys are taken in order, so callers do not deadlock.
-- Errors: AL002 unknown job type or version; AL004 unknown tenant, page or chunk; AL005 priority or key out of range.
CREATE OR REPLACE FUNCTION llm.usp_enqueue_jobs(p_jobs jsonb)
RETURNS TABLE (ordinal integer, job_id bigint, is_new boolean)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET jit = off -- short arrays are planned as long ones; compiling for them costs more than all the rest
AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_code text;
    v_message text;
    v_new_places integer[];
    v_new_ids bigint[];
BEGIN
    SELECT c.code, c.message INTO v_code, v_message
      FROM jsonb_array_elements(p_jobs) WITH ORDINALITY e(j, place)
      LEFT JOIN llm.job_type t ON t.job_type = j ->> 'job_type'
           AND CASE WHEN j ->> 'contract_version' IS NULL THEN t.is_active
                    ELSE t.contract_version = j ->> 'contract_version' END
     CROSS JOIN LATERAL (SELECT
            CASE WHEN NOT EXISTS (SELECT FROM llm.tenant n WHERE n.tenant_id = (j ->> 'tenant_id')::integer) THEN 'AL004'
                 WHEN t.job_type IS NULL THEN 'AL002'
                 WHEN (j ->> 'priority')::integer NOT BETWEEN 0 AND 100 THEN 'AL005'
                 WHEN length(j ->> 'dedupe_key') NOT BETWEEN 1 AND 500 THEN 'AL005'
                 WHEN j ->> 'source_page_id' IS NOT NULL AND NOT EXISTS (SELECT FROM sem.source_page p
                      WHERE p.source_page_id = (j ->> 'source_page_id')::bigint AND p.tenant_id = (j ->> 'tenant_id')::integer)
                      THEN 'AL004'
                 WHEN j ->> 'chunk_id' IS NOT NULL AND NOT EXISTS (SELECT FROM vector.chunk k
                      WHERE k.chunk_id = (j ->> 'chunk_id')::bigint AND k.tenant_id = (j ->> 'tenant_id')::integer
                        AND k.source_page_id = (j ->> 'source_page_id')::bigint)
                      THEN 'AL004' END,
            CASE WHEN NOT EXISTS (SELECT FROM llm.tenant n WHERE n.tenant_id = (j ->> 'tenant_id')::integer)
                      THEN format('there is no tenant %s', coalesce(j ->> 'tenant_id', 'null'))
                 WHEN t.job_type IS NULL THEN format('there is no job type "%s"%s: run "almagest contracts sync"',
                      j ->> 'job_type', coalesce(' in version ' || (j ->> 'contract_version'), ''))
                 WHEN (j ->> 'priority')::integer NOT BETWEEN 0 AND 100
                      THEN format('priority %s is not between 0 and 100', j ->> 'priority')
                 WHEN length(j ->> 'dedupe_key') NOT BETWEEN 1 AND 500
                      THEN 'a dedupe key must have 1 to 500 characters'
                 ELSE format('tenant %s has no page %s%s', j ->> 'tenant_id', coalesce(j ->> 'source_page_id', 'null'),
                             coalesce(' with chunk ' || (j ->> 'chunk_id'), '')) END) c(code, message)
     WHERE c.code IS NOT NULL
     ORDER BY e.place LIMIT 1;
    IF v_code IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = v_code, MESSAGE = v_message;
    END IF;

    WITH asked AS MATERIALIZED (
        SELECT e.place::integer AS place, (j ->> 'tenant_id')::integer AS tenant_id, t.job_type, t.contract_version,
               (j ->> 'source_page_id')::bigint AS source_page_id, (j ->> 'chunk_id')::bigint AS chunk_id,
               CASE WHEN jsonb_typeof(j -> 'payload') IS DISTINCT FROM 'null' THEN j -> 'payload' END AS payload,
               j ->> 'dedupe_key' AS dedupe_key, coalesce((j ->> 'priority')::integer, t.priority) AS priority,
               t.priority AS type_priority, t.slack_seconds, t.max_attempts, t.lease_seconds,
               coalesce((j ->> 'correlation_id')::uuid, gen_random_uuid()) AS correlation_id
          FROM jsonb_array_elements(p_jobs) WITH ORDINALITY e(j, place)
          JOIN llm.job_type t ON t.job_type = j ->> 'job_type'
           AND CASE WHEN j ->> 'contract_version' IS NULL THEN t.is_active
                    ELSE t.contract_version = j ->> 'contract_version' END
    ), numbered AS MATERIALIZED (
        -- The same key twice in one call is one job.
        SELECT a.*, (a.dedupe_key IS NULL
                     OR row_number() OVER (PARTITION BY a.tenant_id, a.dedupe_key ORDER BY a.place) = 1) AS leads,
               nextval(pg_get_serial_sequence('llm.job', 'job_id')) AS new_job_id
          FROM (SELECT * FROM asked ORDER BY place) a
    ), taken AS (
        INSERT INTO llm.job_dedupe_key AS k (tenant_id, dedupe_key, job_id)
        SELECT n.tenant_id, n.dedupe_key, n.new_job_id FROM numbered n
         WHERE n.leads AND n.dedupe_key IS NOT NULL
         ORDER BY n.tenant_id, n.dedupe_key
        ON CONFLICT (tenant_id, dedupe_key) DO NOTHING
        RETURNING k.job_id
    ), made AS (
        INSERT INTO llm.job AS l (job_id, tenant_id, job_type, contract_version, source_page_id, chunk_id, payload, dedupe_key,
                             priority, max_attempts, lease_seconds, enqueued_at, due_at, available_at, correlation_id)
        SELECT n.new_job_id, n.tenant_id, n.job_type, n.contract_version, n.source_page_id, n.chunk_id,
               coalesce(n.payload, '{}'), n.dedupe_key, n.priority, n.max_attempts, n.lease_seconds, v_now,
               llm.fn_due_at(v_now, n.slack_seconds, n.type_priority, n.priority), v_now, n.correlation_id
          FROM numbered n
         WHERE n.leads AND (n.dedupe_key IS NULL OR n.new_job_id IN (SELECT k.job_id FROM taken k))
        RETURNING l.job_id
    )
    SELECT array_agg(n.place), array_agg(n.new_job_id) INTO v_new_places, v_new_ids
      FROM numbered n JOIN made m ON m.job_id = n.new_job_id;

    -- The rest are known under their keys; a new statement also sees keys that others have just committed.
    RETURN QUERY
    SELECT e.place::integer, coalesce(n.id, k.job_id), n.id IS NOT NULL
      FROM jsonb_array_elements(p_jobs) WITH ORDINALITY e(j, place)
      LEFT JOIN unnest(v_new_places, v_new_ids) n(place, id) ON n.place = e.place
      LEFT JOIN llm.job_dedupe_key k ON k.tenant_id = (j ->> 'tenant_id')::integer AND k.dedupe_key = j ->> 'dedupe_key'
     ORDER BY e.place;
END $$;
