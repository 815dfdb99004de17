-- The array of items under a member of an output. AL003: the output is no object, or the member no array of objects, or of
-- more than p_most.
CREATE OR REPLACE FUNCTION dbo.fn_items(p_output jsonb, p_member text, p_most integer DEFAULT 50000) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_bad bigint;
BEGIN
    IF jsonb_typeof(p_output) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = 'the output must be a JSON object';
    ELSIF jsonb_typeof(p_output -> p_member) IS DISTINCT FROM 'array' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = format('%s: must be an array', p_member);
    ELSIF jsonb_array_length(p_output -> p_member) > p_most THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = format('%s: must not hold more than %s items, has %s', p_member, p_most, jsonb_array_length(p_output -> p_member));
    END IF;
    SELECT min(e.place) - 1 INTO v_bad FROM jsonb_array_elements(p_output -> p_member) WITH ORDINALITY e(item, place)
     WHERE jsonb_typeof(e.item) <> 'object';
    IF v_bad IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = format('%s[%s]: must be an object', p_member, v_bad);
    END IF;
    RETURN p_output -> p_member;
END $$;
