-- Routes the answers of several passage_extraction jobs with one list of statements: what dbo.usp_process_passage_extraction_output does of each
-- (dbo.usp_process_passage_outputs). Returns the counts of each. All or none.
CREATE OR REPLACE FUNCTION dbo.usp_process_passage_extraction_outputs(p_job_ids bigint[], p_run_ids uuid[], p_outputs jsonb[])
RETURNS jsonb[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN dbo.usp_process_passage_outputs(p_job_ids, p_run_ids, p_outputs, '{entities,relations}');
END $$;
