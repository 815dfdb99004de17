-- What an item of an unknown family is called: its name, else a field that says so, else its first text; of a bridge, its
-- ends with the predicate between them. At most 1000 characters. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_waiting_label(p_kind text, p_item jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT left(CASE WHEN p_kind = 'bridge'
        THEN concat_ws(' ', p_item #>> '{fields,subject}', p_item #>> '{fields,predicate}', p_item #>> '{fields,object}')
        ELSE coalesce(nullif(btrim(p_item ->> 'name', E' \t\n\r'), ''),
                      (SELECT btrim(f.value #>> '{}', E' \t\n\r') FROM jsonb_each(p_item -> 'fields') f
                        WHERE jsonb_typeof(f.value) = 'string' AND btrim(f.value #>> '{}', E' \t\n\r') <> ''
                        ORDER BY coalesce(array_position(ARRAY['name', 'title', 'label'], f.key), CASE f.key WHEN 'type' THEN 9 ELSE 5 END), f.key COLLATE "C" LIMIT 1),
                      'unnamed') END, 1000)
$$;
