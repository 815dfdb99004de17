-- Raises AL003, naming the first item whose member for a column of text of its family is no string, or longer than 10,000
-- characters. Names, types and bounds are checked by dbo.fn_check_items. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_check_member_columns(p_family dbo.dimension_family, p_items jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_fault text;
BEGIN
    SELECT format('%ss[%s].%s: must be a string of at most 10000 characters', p_family.family, e.place - 1, m.key) INTO v_fault
      FROM jsonb_array_elements(p_items) WITH ORDINALITY e(item, place)
     CROSS JOIN LATERAL jsonb_each_text(p_family.member_columns) m
     WHERE jsonb_typeof(coalesce(e.item -> m.key, 'null')) NOT IN ('null', 'string') OR length(e.item ->> m.key) > 10000
     ORDER BY e.place, m.key LIMIT 1;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = v_fault;
    END IF;
END $$;
