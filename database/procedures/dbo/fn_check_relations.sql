-- Raises AL003, naming the first item that is not a well-formed relation ("relations[0].start_date: …"); see
-- dbo.usp_route_relations for the shape. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_check_relations(p_relations jsonb, p_text_length integer) RETURNS void
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_fault text;
BEGIN
    PERFORM dbo.fn_items(jsonb_build_object('relations', p_relations), 'relations');
    SELECT format('relations[%s].%s', e.place - 1, f.fault) INTO v_fault
      FROM jsonb_array_elements(p_relations) WITH ORDINALITY e(item, place)
     CROSS JOIN LATERAL (SELECT coalesce(
            dbo.fn_item_fault(e.item, ARRAY['subject', 'object'], ARRAY['predicate'],
                ARRAY['subject_type', 'object_type', 'start_text', 'end_text', 'start_precision', 'end_precision',
                      'start_work', 'end_work', 'work_context'], p_text_length),
            (SELECT m.member || ': must be a date, YYYY-MM-DD' FROM unnest(ARRAY['start_date', 'end_date']) m(member)
              WHERE e.item ->> m.member IS NOT NULL AND NOT dbo.fn_is_iso_date(e.item ->> m.member) LIMIT 1),
            (SELECT m.member || ': must not be longer than 200 characters' FROM unnest(ARRAY['subject_type', 'object_type']) m(member)
              WHERE length(e.item ->> m.member) > 200 LIMIT 1)) AS fault) f
     WHERE NOT (dbo.fn_is_plain_item(e.item, 'subject', 'predicate', p_text_length) AND jsonb_typeof(e.item -> 'object') IS NOT DISTINCT FROM 'string'
                AND btrim(e.item ->> 'object', E' \t\n\r') <> '' AND length(e.item ->> 'object') <= 1000 AND NOT e.item ?| ARRAY['subject_type', 'object_type', 'start_date', 'end_date', 'start_text', 'end_text', 'start_precision',
                                        'end_precision', 'start_work', 'end_work', 'work_context'])
       AND f.fault IS NOT NULL ORDER BY e.place LIMIT 1;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = v_fault;
    END IF;
END $$;
