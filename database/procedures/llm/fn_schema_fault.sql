-- What a JSON value lacks of a schema: a sentence with the place, or null. Knows the part of JSON Schema draft 7 that
-- llm.fn_schema_keyword_fault allows: type, enum, const, required, properties, additionalProperties (false), items (one schema),
-- minItems, maxItems, minLength, maxLength, pattern, minimum, maximum. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_schema_fault(p_value jsonb, p_schema jsonb, p_place text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_type text := jsonb_typeof(p_value);
    v_types jsonb := CASE jsonb_typeof(p_schema -> 'type') WHEN 'array' THEN p_schema -> 'type' ELSE jsonb_build_array(p_schema -> 'type') END;
    v_text text := p_value #>> '{}';
    v_fault text;
BEGIN
    IF p_schema ? 'type' AND NOT v_types ? v_type
       AND NOT (v_type = 'number' AND v_types ? 'integer' AND v_text::numeric = trunc(v_text::numeric)) THEN
        RETURN format('%s must be %s, not %s', p_place, (SELECT string_agg(t, ' or ') FROM jsonb_array_elements_text(v_types) t), v_type);
    ELSIF p_schema ? 'enum' AND NOT EXISTS (SELECT FROM jsonb_array_elements(p_schema -> 'enum') e WHERE e = p_value) THEN
        RETURN format('%s must be one of %s', p_place, p_schema -> 'enum');
    ELSIF p_schema ? 'const' AND p_value <> p_schema -> 'const' THEN
        RETURN format('%s must be %s', p_place, p_schema -> 'const');
    ELSIF v_type = 'string' THEN
        RETURN CASE WHEN length(v_text) < (p_schema ->> 'minLength')::numeric THEN format('%s is shorter than %s characters', p_place, p_schema ->> 'minLength')
                    WHEN length(v_text) > (p_schema ->> 'maxLength')::numeric THEN format('%s is longer than %s characters', p_place, p_schema ->> 'maxLength')
                    WHEN v_text !~ (p_schema ->> 'pattern') THEN format('%s does not match %s', p_place, p_schema ->> 'pattern') END;
    ELSIF v_type = 'number' THEN
        RETURN CASE WHEN v_text::numeric < (p_schema ->> 'minimum')::numeric THEN format('%s is less than %s', p_place, p_schema ->> 'minimum')
                    WHEN v_text::numeric > (p_schema ->> 'maximum')::numeric THEN format('%s is more than %s', p_place, p_schema ->> 'maximum') END;
    ELSIF v_type = 'array' THEN
        IF jsonb_array_length(p_value) < (p_schema ->> 'minItems')::numeric THEN
            RETURN format('%s has fewer than %s items', p_place, p_schema ->> 'minItems');
        ELSIF jsonb_array_length(p_value) > (p_schema ->> 'maxItems')::numeric THEN
            RETURN format('%s has more than %s items', p_place, p_schema ->> 'maxItems');
        ELSIF p_schema ? 'items' THEN
            SELECT f INTO v_fault FROM jsonb_array_elements(p_value) WITH ORDINALITY e(item, place)
             CROSS JOIN LATERAL llm.fn_schema_fault(e.item, p_schema -> 'items', format('%s[%s]', p_place, e.place - 1)) f
             WHERE f IS NOT NULL ORDER BY e.place LIMIT 1;
        END IF;
    ELSIF v_type = 'object' THEN
        SELECT format('%s lacks "%s"', p_place, k) INTO v_fault
          FROM jsonb_array_elements_text(coalesce(p_schema -> 'required', '[]')) k WHERE NOT p_value ? k LIMIT 1;
        IF v_fault IS NULL AND p_schema -> 'additionalProperties' = 'false' THEN
            SELECT format('%s has the unknown member "%s"', p_place, k) INTO v_fault
              FROM jsonb_object_keys(p_value) k WHERE NOT coalesce(p_schema -> 'properties', '{}') ? k ORDER BY k LIMIT 1;
        END IF;
        IF v_fault IS NULL THEN
            SELECT f INTO v_fault FROM jsonb_each(coalesce(p_schema -> 'properties', '{}')) r(member, rule)
             CROSS JOIN LATERAL llm.fn_schema_fault(p_value -> r.member, r.rule, p_place || '.' || r.member) f
             WHERE p_value ? r.member AND f IS NOT NULL ORDER BY r.member LIMIT 1;
        END IF;
    END IF;
    RETURN v_fault;
END $$;
