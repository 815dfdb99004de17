-- Raises AL003, naming the first item that is not a well-formed entity ("entities[3].name: …"); see
-- dbo.usp_route_entities for the shape. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_check_entities(p_entities jsonb, p_text_length integer) RETURNS void
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_fault text;
BEGIN
    PERFORM dbo.fn_items(jsonb_build_object('entities', p_entities), 'entities');
    SELECT format('entities[%s].%s', e.place - 1, f.fault) INTO v_fault
      FROM jsonb_array_elements(p_entities) WITH ORDINALITY e(item, place)
     CROSS JOIN LATERAL (SELECT coalesce(
            dbo.fn_item_fault(e.item, ARRAY['name'], ARRAY['type'], '{}', p_text_length),
            CASE WHEN jsonb_typeof(coalesce(e.item -> 'aliases', 'null')) NOT IN ('array', 'null') THEN 'aliases: must be an array'
                 WHEN jsonb_typeof(e.item -> 'aliases') = 'array'
                      AND EXISTS (SELECT FROM jsonb_array_elements(e.item -> 'aliases') a(alias)
                                   WHERE jsonb_typeof(a.alias) <> 'string' OR length(a.alias #>> '{}') > 1000)
                 THEN 'aliases: must hold strings of at most 1000 characters' END) AS fault) f
     WHERE NOT (dbo.fn_is_plain_item(e.item, 'name', 'type', p_text_length) AND NOT e.item ? 'aliases')
       AND f.fault IS NOT NULL ORDER BY e.place LIMIT 1;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = v_fault;
    END IF;
END $$;
