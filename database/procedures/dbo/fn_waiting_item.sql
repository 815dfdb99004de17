-- An item of an unknown family as an item of a family that there is: its fields become name, type, other names and attributes,
-- or, of a bridge, its ends and predicate. p_item: {family, name?, fields, bounds?, confidence, grounding, evidence?}. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_waiting_item(p_kind text, p_item jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT p_item - ARRAY['family', 'fields', 'name'] || CASE WHEN p_kind = 'bridge'
        THEN (SELECT coalesce(jsonb_object_agg(f.key, f.value), '{}') FROM jsonb_each(p_item -> 'fields') f
               WHERE f.key IN ('subject', 'subject_family', 'subject_type', 'predicate', 'object', 'object_family', 'object_type')
                 AND jsonb_typeof(f.value) = 'string')
             || jsonb_build_object('predicate', coalesce(nullif(btrim(CASE WHEN jsonb_typeof(p_item #> '{fields,predicate}') = 'string' THEN p_item #>> '{fields,predicate}' END), ''), 'unknown'),
                    'attributes', (p_item -> 'fields') - ARRAY['subject', 'subject_family', 'subject_type', 'predicate', 'object', 'object_family', 'object_type'])
        ELSE jsonb_build_object('name', dbo.fn_waiting_label(p_kind, p_item), 'attributes', (p_item -> 'fields') - ARRAY['type', 'aliases'])
             || CASE WHEN jsonb_typeof(p_item #> '{fields,type}') = 'string' AND length(btrim(p_item #>> '{fields,type}')) BETWEEN 1 AND 200
                     THEN jsonb_build_object('type', p_item #> '{fields,type}') ELSE '{}' END
             || CASE WHEN jsonb_typeof(p_item #> '{fields,aliases}') = 'array'
                      AND NOT jsonb_path_exists(p_item, 'strict $.fields.aliases[*] ? (@.type() != "string")', '{}', true)
                     THEN jsonb_build_object('aliases', p_item #> '{fields,aliases}') ELSE '{}' END
        END
$$;
