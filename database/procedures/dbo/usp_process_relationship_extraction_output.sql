-- Routes the answer of a relationship_extraction job: p_output {"relations":[…]}; see dbo.usp_route_passage_relations for the
-- items, the rules, the tables written and the errors. Returns counts (dbo.fn_routing_counts). Ends that the passage
-- had not mentioned yet count as entities too. All or none.
CREATE OR REPLACE FUNCTION dbo.usp_process_relationship_extraction_output(p_job_id bigint, p_run_id uuid, p_output jsonb)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN (dbo.usp_process_passage_outputs(ARRAY[p_job_id], ARRAY[p_run_id], ARRAY[p_output], '{relations}'))[1];
END $$;
