-- Whether what has these bounds held on a day, and in a work: "bounded" where the bounds say so, "undated" where nothing is said
-- that bears on it, null where it did not hold. Ends that are not known are open.
-- A day is compared with dates, and where there are none with the releases of the works that bound it. A work is compared by
-- releases where they are known; where not, only what is bounded by that very work, or said of it, held in it.
-- p_at, p_work_ids: the day, the rows of the work; null: any. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_holds(p_tenant_id integer, p_start_date date, p_end_date date, p_start_work_id bigint, p_end_work_id bigint,
    p_work_context text, p_at date, p_work_ids bigint[]) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT CASE WHEN p_at IS NOT NULL AND (t.first_day > p_at OR t.last_day < p_at) THEN NULL
                WHEN p_work_ids IS NULL THEN CASE WHEN p_at IS NULL OR t.first_day IS NOT NULL OR t.last_day IS NOT NULL THEN 'bounded' ELSE 'undated' END
                WHEN p_start_work_id = ANY (p_work_ids) OR p_end_work_id = ANY (p_work_ids)
                  OR EXISTS (SELECT FROM dbo.dim_work w WHERE w.work_id = ANY (p_work_ids) AND w.tenant_id = p_tenant_id
                                AND w.name_key = dbo.fn_name_key(p_work_context)) THEN 'bounded'
                WHEN p_start_work_id IS NULL AND p_end_work_id IS NULL THEN CASE WHEN p_work_context IS NULL THEN 'undated' END
                WHEN (p_start_work_id IS NULL OR t.start_release <= t.release) AND (p_end_work_id IS NULL OR t.end_release >= t.release) THEN 'bounded' END
      FROM (SELECT r.*, coalesce(p_start_date, r.start_release) AS first_day, coalesce(p_end_date, r.end_release) AS last_day
              FROM (SELECT (SELECT w.release_date FROM dbo.dim_work w WHERE w.work_id = p_start_work_id AND w.tenant_id = p_tenant_id) AS start_release,
                           (SELECT w.release_date FROM dbo.dim_work w WHERE w.work_id = p_end_work_id AND w.tenant_id = p_tenant_id) AS end_release,
                           (SELECT min(w.release_date) FROM dbo.dim_work w WHERE w.work_id = ANY (p_work_ids) AND w.tenant_id = p_tenant_id) AS release) r) t
$$;
