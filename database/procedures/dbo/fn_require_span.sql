-- That bounds which an override set do not end before they begin. p_row: the row as it will be. Writes nothing. AL022.
CREATE OR REPLACE FUNCTION dbo.fn_require_span(p_kind dbo.item_kind, p_item_id bigint, p_row jsonb, p_changes jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF p_changes ?| ARRAY['start_date', 'end_date'] AND (p_row ->> 'end_date')::date < (p_row ->> 'start_date')::date THEN
        RAISE EXCEPTION USING ERRCODE = 'AL022', MESSAGE = format('%s:%s would end (%s) before it begins (%s)', p_kind.item_type, p_item_id,
            p_row ->> 'end_date', p_row ->> 'start_date');
    END IF;
END $$;
