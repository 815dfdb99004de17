-- Writes N facts of one source at once; see dbo.usp_route_facts for shape, rules, tables and errors.
-- Returns for each its place (from 1), its table, the row's id and whether it is new; all or none.
CREATE OR REPLACE FUNCTION dbo.usp_batch_insert_facts(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint,
    p_chunk_id bigint, p_facts jsonb) RETURNS TABLE (ordinal integer, table_name text, fact_id bigint, is_new boolean)
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT f.ordinal, f.table_name, f.target_id, f.is_new
      FROM dbo.usp_route_facts(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id,
               (SELECT r.job_type FROM llm.run r WHERE r.run_id = p_run_id),
               (SELECT r.contract_version FROM llm.run r WHERE r.run_id = p_run_id), p_facts) r
     CROSS JOIN LATERAL unnest(r.facts) f ORDER BY f.ordinal
$$;
