-- A filter of the review queue as JSON, looked at and typed. Writes nothing. AL005: it is of another shape.
CREATE OR REPLACE FUNCTION dbo.fn_review_filter(p_filter jsonb) RETURNS dbo.review_filter
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_filter dbo.review_filter;
    v_key text;
BEGIN
    IF jsonb_typeof(coalesce(p_filter, '{}')) NOT IN ('object', 'null') THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'a filter of the review queue is a JSON object';
    ELSIF coalesce(p_filter, 'null') = 'null' THEN
        RETURN v_filter;
    END IF;
    SELECT k.key INTO v_key FROM jsonb_object_keys(p_filter) k(key)
     WHERE k.key NOT IN ('type', 'reason', 'min_confidence', 'max_confidence', 'source') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005',
            MESSAGE = format('the review queue has no filter %s: it has type, reason, min_confidence, max_confidence and source', v_key);
    END IF;
    v_filter.item_type := nullif(p_filter ->> 'type', '');
    v_filter.reason := nullif(p_filter ->> 'reason', '');
    v_filter.source := llm.fn_like_pattern(nullif(p_filter ->> 'source', ''));
    v_filter.min_confidence := nullif(p_filter ->> 'min_confidence', '')::double precision;
    v_filter.max_confidence := nullif(p_filter ->> 'max_confidence', '')::double precision;
    IF NOT coalesce(v_filter.min_confidence, 0) BETWEEN 0 AND 1 OR NOT coalesce(v_filter.max_confidence, 1) BETWEEN 0 AND 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'a confidence is from 0 to 1';
    END IF;
    RETURN v_filter;
EXCEPTION WHEN data_exception THEN
    RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'min_confidence and max_confidence are numbers from 0 to 1';
END $$;
