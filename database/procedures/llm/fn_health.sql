-- Is all well? A row for each check: severity is well, notice (meant so, or harmless) or unwell; message says what is, in
-- one line; remedy what to do (null: nothing); figure the numbers behind it.
-- p_limits, all optional: late_seconds (60), lease_seconds (60), transaction_seconds (600), dead_rows (50000),
-- history_rows (1000000), endpoint_failures (5) within endpoint_seconds (900), and contracts, an array of
-- {job_type, version, sha256}: what should be registered. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_health(p_limits jsonb)
RETURNS TABLE ("check" text, severity text, message text, remedy text, figure jsonb)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT * FROM llm.fn_queue_health(coalesce(p_limits, '{}'))
    UNION ALL
    SELECT * FROM llm.fn_database_health(coalesce(p_limits, '{}'))
    UNION ALL
    SELECT * FROM dbo.fn_review_health()
    UNION ALL
    SELECT 'registration', CASE WHEN cardinality(missing.names) = 0 THEN 'well' WHEN missing.any_known THEN 'unwell' ELSE 'notice' END,
           CASE WHEN cardinality(missing.names) = 0 THEN 'every contract is registered'
                ELSE 'not registered as it is now: ' || array_to_string(missing.names, ', ') END,
           CASE WHEN cardinality(missing.names) > 0 THEN 'almagest contracts sync (a run does it too)' END,
           jsonb_build_object('missing', to_jsonb(missing.names))
      FROM (SELECT coalesce(array_agg(format('%s %s', c.job_type, c.version) ORDER BY c.job_type, c.version)
                                FILTER (WHERE t.job_type IS NULL), '{}') AS names,
                   EXISTS (SELECT FROM llm.job_type) AS any_known
              FROM jsonb_to_recordset(p_limits -> 'contracts') c(job_type text, version text, sha256 text)
              LEFT JOIN llm.job_type t ON t.job_type = c.job_type AND t.contract_version = c.version AND t.sha256 = c.sha256) missing
     WHERE p_limits ? 'contracts'
$$;
