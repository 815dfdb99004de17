-- Routes the answer of a work_extraction job: p_output {"works":[{name, type?, canon_status?, bounds (its release),
-- appearances?: [{name, type?, role?, bounds?, confidence?, grounding?, evidence?}], confidence, grounding, evidence}]};
-- see dbo.usp_route_dimensions and dbo.usp_route_bridges for the rules, the tables written and the errors. An appearance
-- without confidence, grounding or evidence of its own has its work's. Returns counts (dbo.fn_family_counts). All or none.
CREATE OR REPLACE FUNCTION dbo.usp_process_work_extraction_output(p_job_id bigint, p_run_id uuid, p_output jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT dbo.usp_route_dimensions_with_entities(dbo.fn_job_context(p_job_id), p_run_id, 'work', 'appearances',
                                                  dbo.fn_items(p_output, 'works'))
$$;
