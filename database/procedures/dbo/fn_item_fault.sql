-- What is wrong with an item of a grounded output, as "member: what it must be", or null.
-- p_names: members that must hold names (1 to 1000 characters); p_terms: types and predicates (1 to 200 characters);
-- p_optional_names: 1 to 1000 characters where present; p_text_length: characters of the page, for the evidence's ranges.
CREATE OR REPLACE FUNCTION dbo.fn_item_fault(p_item jsonb, p_names text[], p_terms text[], p_optional_names text[],
    p_text_length integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_member text;
    v_value text;
BEGIN
    FOREACH v_member IN ARRAY p_names || p_terms || p_optional_names LOOP
        v_value := p_item ->> v_member;
        CONTINUE WHEN v_value IS NULL AND v_member = ANY (p_optional_names);
        IF jsonb_typeof(p_item -> v_member) IS DISTINCT FROM 'string' OR btrim(v_value, E' \t\n\r') = '' THEN
            RETURN v_member || ': must be a non-empty string';
        ELSIF length(v_value) > (CASE WHEN v_member = ANY (p_terms) THEN 200 ELSE 1000 END) THEN
            RETURN format('%s: must not be longer than %s characters', v_member,
                          CASE WHEN v_member = ANY (p_terms) THEN 200 ELSE 1000 END);
        END IF;
    END LOOP;
    IF jsonb_typeof(p_item -> 'confidence') IS DISTINCT FROM 'number'
       OR (p_item ->> 'confidence')::numeric NOT BETWEEN 0 AND 1 THEN
        RETURN 'confidence: must be a number from 0 to 1';
    ELSIF coalesce(p_item ->> 'grounding', '') NOT IN ('exact', 'normalised', 'passage', 'fuzzy', 'none') THEN
        RETURN 'grounding: must be exact, normalised, passage, fuzzy or none';
    ELSIF jsonb_typeof(coalesce(p_item -> 'attributes', '{}')) NOT IN ('object', 'null') THEN
        RETURN 'attributes: must be an object';
    ELSIF jsonb_typeof(coalesce(p_item -> 'evidence', '[]')) NOT IN ('array', 'null') THEN
        RETURN 'evidence: must be an array';
    ELSIF jsonb_typeof(p_item -> 'evidence') = 'array'
          AND NOT (jsonb_array_length(p_item -> 'evidence') = 1 AND dbo.fn_is_evidence(p_item -> 'evidence' -> 0, p_text_length)) THEN
        SELECT format('evidence[%s]', e.place - 1) INTO v_member
          FROM jsonb_array_elements(p_item -> 'evidence') WITH ORDINALITY e(piece, place)
         WHERE NOT dbo.fn_is_evidence(e.piece, p_text_length)
         ORDER BY e.place LIMIT 1;
        IF FOUND THEN
            RETURN v_member || format(': must be {char_start, char_end, quote, grounding} inside of the page''s %s characters',
                                      p_text_length);
        END IF;
    END IF;
    RETURN NULL;
END $$;
