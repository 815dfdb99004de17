-- Routes the answer of an event_extraction job: p_output {"events":[{name, type?, description?, location?, bounds (when it happened),
-- participants?: [{name, type?, role?, bounds?, confidence?, grounding?, evidence?}], confidence, grounding, evidence}]};
-- see dbo.usp_route_dimensions and dbo.usp_route_bridges for the rules, the tables written and the errors. A participant
-- without confidence, grounding or evidence of its own has its event's. Returns counts (dbo.fn_family_counts). All or none.
CREATE OR REPLACE FUNCTION dbo.usp_process_event_extraction_output(p_job_id bigint, p_run_id uuid, p_output jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT dbo.usp_route_dimensions_with_entities(dbo.fn_job_context(p_job_id), p_run_id, 'event', 'participants',
                                                  dbo.fn_items(p_output, 'events'))
$$;
