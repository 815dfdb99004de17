-- Checks the answer of a knowledge_extraction job and sorts its items by where they go; see
-- dbo.usp_process_knowledge_extraction_output. Returns {"dimensions": {family: [items]}, "facts": [items], "bridges": [items],
-- "unknown": [items]}, ends with their families. Writes nothing. AL003 names the item that is not well-formed.
CREATE OR REPLACE FUNCTION dbo.fn_sort_knowledge(p_output jsonb, p_text_length integer) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_array text;
    v_arrays jsonb := '{}';
    v_fault text;
    v_sorted jsonb;
BEGIN
    FOREACH v_array IN ARRAY ARRAY['dimensions', 'facts', 'bridges', 'unknown'] LOOP
        IF jsonb_typeof(p_output) = 'object' AND coalesce(p_output -> v_array, 'null') = 'null' THEN
            v_arrays := v_arrays || jsonb_build_object(v_array, '[]'::jsonb);
        ELSE
            v_arrays := v_arrays || jsonb_build_object(v_array, dbo.fn_items(p_output, v_array));
        END IF;
    END LOOP;
    PERFORM dbo.fn_check_items('dimensions', v_arrays -> 'dimensions', ARRAY['name'], ARRAY['family'], '{}', ARRAY['type'], p_text_length);
    PERFORM dbo.fn_check_facts(v_arrays -> 'facts', p_text_length);
    PERFORM dbo.fn_check_items('bridges', v_arrays -> 'bridges', ARRAY['subject', 'object'], ARRAY['predicate'], '{}',
        ARRAY['subject_type', 'object_type', 'subject_family', 'object_family', 'family'], p_text_length);
    PERFORM dbo.fn_check_items('unknown', v_arrays -> 'unknown', '{}', ARRAY['family'], ARRAY['name'], '{}', p_text_length);
    SELECT format('unknown[%s].fields: must be an object', e.place - 1) INTO v_fault
      FROM jsonb_array_elements(v_arrays -> 'unknown') WITH ORDINALITY e(item, place)
     WHERE jsonb_typeof(coalesce(e.item -> 'fields', 'null')) NOT IN ('object', 'null') ORDER BY e.place LIMIT 1;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = v_fault;
    END IF;

    WITH dimension AS MATERIALIZED (
        SELECT e.place, e.item, dbo.fn_type_key(e.item ->> 'family') AS family, dbo.fn_name_key(btrim(e.item ->> 'name', E' \t\n\r')) AS name_key
          FROM jsonb_array_elements(v_arrays -> 'dimensions') WITH ORDINALITY e(item, place)
    ), named AS MATERIALIZED ( -- names, and other names, that stand for dimensions of just one family
        SELECT n.name_key, min(n.family COLLATE "C") AS family
          FROM (SELECT d.name_key, d.family FROM dimension d
                UNION ALL
                SELECT dbo.fn_name_key(btrim(a.alias, E' \t\n\r')), d.family FROM dimension d
                 CROSS JOIN LATERAL jsonb_array_elements_text(CASE WHEN jsonb_typeof(d.item -> 'aliases') = 'array' THEN d.item -> 'aliases' ELSE '[]' END) a(alias)) n
         GROUP BY n.name_key HAVING count(DISTINCT n.family) = 1
    ), stated AS MATERIALIZED ( -- facts and bridges with the families of their ends
        SELECT a.array_name, e.place, e.item || jsonb_build_object('subject_family', f.subject)
                 || CASE WHEN a.array_name = 'bridges' THEN jsonb_build_object('object_family', f.object) ELSE '{}' END AS item,
               f.subject, f.object,
               CASE WHEN a.array_name = 'facts' THEN NOT EXISTS (SELECT FROM dbo.dimension_family d WHERE d.family = f.subject)
                    ELSE NOT EXISTS (SELECT FROM dbo.bridge_family b WHERE (b.from_family, b.to_family) IN ((f.subject, f.object), (f.object, f.subject)))
               END AS is_unknown
          FROM unnest(ARRAY['facts', 'bridges']) a(array_name)
         CROSS JOIN LATERAL jsonb_array_elements(v_arrays -> a.array_name) WITH ORDINALITY e(item, place)
          LEFT JOIN named s ON s.name_key = dbo.fn_name_key(btrim(e.item ->> 'subject', E' \t\n\r'))
          LEFT JOIN named o ON o.name_key = dbo.fn_name_key(btrim(e.item ->> 'object', E' \t\n\r'))
         CROSS JOIN LATERAL (SELECT coalesce(dbo.fn_type_key(e.item ->> 'subject_family'), s.family, 'entity') AS subject,
                                    coalesce(dbo.fn_type_key(e.item ->> 'object_family'), o.family, 'entity') AS object) f
    ), unknown AS (
        SELECT 1 AS part, d.place, d.item - 'type' - 'aliases' - 'attributes' || jsonb_build_object('family', d.family, 'fields', jsonb_strip_nulls(
                   jsonb_build_object('type', d.item -> 'type', 'aliases', d.item -> 'aliases'))
                   || coalesce(nullif(d.item -> 'attributes', 'null'), '{}')) AS item
          FROM dimension d WHERE NOT EXISTS (SELECT FROM dbo.dimension_family f WHERE f.family = d.family)
        UNION ALL
        SELECT 2, s.place, s.item - ARRAY['kind', 'subject', 'subject_family', 'subject_type', 'predicate', 'value', 'unit', 'attributes']
               || jsonb_build_object('family', s.subject, 'name', s.item -> 'subject', 'fields',
                   jsonb_strip_nulls(jsonb_build_object('type', s.item -> 'subject_type', dbo.fn_type_key(s.item ->> 'predicate'), s.item -> 'value',
                       'unit', s.item -> 'unit')) || coalesce(nullif(s.item -> 'attributes', 'null'), '{}'))
          FROM stated s WHERE s.is_unknown AND s.array_name = 'facts'
        UNION ALL
        SELECT 3, s.place, s.item - ARRAY['subject', 'subject_family', 'subject_type', 'predicate', 'object', 'object_family', 'object_type', 'attributes']
               || jsonb_build_object('family', s.subject || '_' || s.object, 'fields', jsonb_strip_nulls(jsonb_build_object(
                   'subject', s.item -> 'subject', 'subject_family', s.subject, 'subject_type', s.item -> 'subject_type', 'predicate', s.item -> 'predicate',
                   'object', s.item -> 'object', 'object_family', s.object, 'object_type', s.item -> 'object_type'))
                   || coalesce(nullif(s.item -> 'attributes', 'null'), '{}'))
          FROM stated s WHERE s.is_unknown AND s.array_name = 'bridges'
        UNION ALL
        SELECT 4, e.place, e.item || jsonb_build_object('family', dbo.fn_type_key(e.item ->> 'family'), 'fields', coalesce(nullif(e.item -> 'fields', 'null'), '{}'))
          FROM jsonb_array_elements(v_arrays -> 'unknown') WITH ORDINALITY e(item, place))
    SELECT jsonb_build_object(
        'dimensions', (SELECT coalesce(jsonb_object_agg(f.family, f.items), '{}')
                         FROM (SELECT d.family, jsonb_agg(CASE WHEN d.family = 'entity' THEN d.item || jsonb_build_object('type', coalesce(d.item ->> 'type', 'unknown'))
                                                               ELSE d.item END ORDER BY d.place) AS items
                                 FROM dimension d WHERE EXISTS (SELECT FROM dbo.dimension_family r WHERE r.family = d.family) GROUP BY d.family) f),
        'facts', (SELECT coalesce(jsonb_agg(s.item ORDER BY s.place), '[]') FROM stated s WHERE s.array_name = 'facts' AND NOT s.is_unknown),
        'bridges', (SELECT coalesce(jsonb_agg(s.item ORDER BY s.place), '[]') FROM stated s WHERE s.array_name = 'bridges' AND NOT s.is_unknown),
        'unknown', (SELECT coalesce(jsonb_agg(u.item ORDER BY u.part, u.place), '[]') FROM unknown u))
      INTO v_sorted;
    RETURN v_sorted;
END $$;
