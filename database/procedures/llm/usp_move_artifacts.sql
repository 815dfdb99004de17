-- Says that the lake p_from lies at p_to now: runs whose artifacts are under the one have them under the other. Done once, after
-- a backup was restored to another place. Returns how many runs. Writes llm.run. AL005: no lake.
CREATE OR REPLACE FUNCTION llm.usp_move_artifacts(p_from text, p_to text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_count bigint;
BEGIN
    IF coalesce(p_from, '') = '' OR coalesce(p_to, '') = '' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'which lake moved, and where to?';
    END IF;
    UPDATE llm.run r SET artifact = p_to || substr(r.artifact, length(p_from) + 1)
     WHERE starts_with(r.artifact, p_from || '/') AND p_from <> p_to;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END $$;
