-- Whether a backfill's selection is sound. entities: {"entity_type", "max_confidence"}; relationships: {"from", "to"},
-- dates as YYYY-MM-DD. Returns it with its type folded as types are stored. Writes nothing.
-- AL005: anything else, a confidence not in 0 … 1, no date, or a range that ends before it begins.
CREATE OR REPLACE FUNCTION llm.fn_check_backfill(p_what text, p_selection jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_fault text;
BEGIN
    IF p_what = 'entities' THEN
        IF coalesce(btrim(p_selection ->> 'entity_type'), '') = '' THEN
            v_fault := 'a backfill of entities needs their type';
        ELSIF jsonb_typeof(p_selection -> 'max_confidence') IS DISTINCT FROM 'number'
              OR (p_selection ->> 'max_confidence')::numeric NOT BETWEEN 0 AND 1 THEN
            v_fault := format('the greatest confidence must be from 0 to 1, not %s',
                              coalesce(p_selection ->> 'max_confidence', 'nothing'));
        ELSE
            RETURN jsonb_build_object('entity_type', dbo.fn_type_key(p_selection ->> 'entity_type'),
                                      'max_confidence', p_selection -> 'max_confidence');
        END IF;
    ELSIF p_what = 'relationships' THEN
        IF NOT coalesce(dbo.fn_is_iso_date(p_selection ->> 'from') AND dbo.fn_is_iso_date(p_selection ->> 'to'), false) THEN
            v_fault := format('a date range needs two dates that exist, as 2024-01-01 and 2024-12-31, not %s and %s',
                              coalesce(p_selection ->> 'from', 'nothing'), coalesce(p_selection ->> 'to', 'nothing'));
        ELSIF (p_selection ->> 'from')::date > (p_selection ->> 'to')::date THEN
            v_fault := format('the date range ends (%s) before it begins (%s)', p_selection ->> 'to', p_selection ->> 'from');
        ELSE
            RETURN jsonb_build_object('from', p_selection -> 'from', 'to', p_selection -> 'to');
        END IF;
    ELSE
        v_fault := format('a backfill is of entities or of relationships, not of "%s"', coalesce(p_what, 'nothing'));
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = v_fault;
END $$;
