-- Takes the places of artifacts out of the runs whose folders, under the lake p_lake, are of days before p_before (UTC);
-- the runs stay. The caller then removes the folders. At most p_limit runs a step: call it until it returns 0.
-- Returns how many runs. Writes llm.run. AL005: no lake, no day, or a limit out of range.
CREATE OR REPLACE FUNCTION llm.usp_forget_artifacts(p_lake text, p_before date, p_limit integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_count integer;
BEGIN
    PERFORM llm.fn_require_step(p_limit);
    IF coalesce(p_lake, '') = '' OR p_before IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'which lake''s artifacts, and before which day?';
    END IF;
    -- The day is the folder's own, told by the clock of the program that made it.
    WITH old AS MATERIALIZED (
        SELECT r.run_id FROM llm.run r
         WHERE starts_with(r.artifact, p_lake || '/llm_runs/')
           AND substr(r.artifact, length(p_lake || '/llm_runs/') + 1, 10) < to_char(p_before, 'YYYY/MM/DD')
         ORDER BY r.run_id LIMIT p_limit FOR UPDATE)
    UPDATE llm.run r SET artifact = NULL FROM old o WHERE r.run_id = o.run_id;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END $$;
