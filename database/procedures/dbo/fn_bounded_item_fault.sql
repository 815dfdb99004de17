-- What is wrong with an item of any family, as "member: what it must be", or null: what dbo.fn_item_fault finds, and faults of
-- bounds and other names. p_names: members that must hold names; p_terms: types, roles and predicates; p_optional_names,
-- p_optional_terms: the same, where present; p_text_length: characters of the page.
CREATE OR REPLACE FUNCTION dbo.fn_bounded_item_fault(p_item jsonb, p_names text[], p_terms text[], p_optional_names text[],
    p_optional_terms text[], p_text_length integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_fault text := dbo.fn_item_fault(p_item, p_names, p_terms, p_optional_names || p_optional_terms
        || ARRAY['start_text', 'end_text', 'start_precision', 'end_precision', 'start_work', 'end_work', 'work_context'], p_text_length);
    v_member text;
BEGIN
    IF v_fault IS NOT NULL THEN
        RETURN v_fault;
    END IF;
    FOREACH v_member IN ARRAY p_optional_terms LOOP
        IF length(p_item ->> v_member) > 200 THEN
            RETURN v_member || ': must not be longer than 200 characters';
        END IF;
    END LOOP;
    FOREACH v_member IN ARRAY ARRAY['start_date', 'end_date'] LOOP
        IF jsonb_typeof(coalesce(p_item -> v_member, 'null')) <> 'null'
           AND NOT (jsonb_typeof(p_item -> v_member) = 'string' AND dbo.fn_is_iso_date(p_item ->> v_member)) THEN
            RETURN v_member || ': must be a date, YYYY-MM-DD';
        END IF;
    END LOOP;
    IF jsonb_typeof(coalesce(p_item -> 'aliases', 'null')) NOT IN ('array', 'null') THEN
        RETURN 'aliases: must be an array';
    ELSIF jsonb_typeof(p_item -> 'aliases') = 'array' AND EXISTS (SELECT FROM jsonb_array_elements(p_item -> 'aliases') a(alias)
            WHERE jsonb_typeof(a.alias) <> 'string' OR length(a.alias #>> '{}') > 1000) THEN
        RETURN 'aliases: must hold strings of at most 1000 characters';
    END IF;
    RETURN NULL;
END $$;
