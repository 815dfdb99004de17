-- Raises AL003, naming the first item of a family that is not well-formed ("events[3].start_date: …"). Items have
-- confidence, grounding, evidence, attributes and bounds as dbo.usp_route_relations documents them.
-- p_label: what the array is called; p_names: members that must hold names; p_terms: types, roles and predicates;
-- p_optional_names, p_optional_terms: the same, where present. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_check_items(p_label text, p_items jsonb, p_names text[], p_terms text[],
    p_optional_names text[], p_optional_terms text[], p_text_length integer) RETURNS void
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_fault text;
BEGIN
    PERFORM dbo.fn_items(jsonb_build_object(p_label, p_items), p_label);
    SELECT format('%s[%s].%s', p_label, e.place - 1, f.fault) INTO v_fault
      FROM jsonb_array_elements(p_items) WITH ORDINALITY e(item, place)
     CROSS JOIN LATERAL (SELECT coalesce(
            dbo.fn_item_fault(e.item, p_names, p_terms, p_optional_names || p_optional_terms
                || ARRAY['start_text', 'end_text', 'start_precision', 'end_precision', 'start_work', 'end_work', 'work_context'],
                p_text_length),
            (SELECT m.member || ': must not be longer than 200 characters' FROM unnest(p_optional_terms) m(member)
              WHERE length(e.item ->> m.member) > 200 LIMIT 1),
            (SELECT m.member || ': must be a date, YYYY-MM-DD' FROM unnest(ARRAY['start_date', 'end_date']) m(member)
              WHERE jsonb_typeof(coalesce(e.item -> m.member, 'null')) <> 'null'
                AND NOT (jsonb_typeof(e.item -> m.member) = 'string' AND dbo.fn_is_iso_date(e.item ->> m.member)) LIMIT 1),
            CASE WHEN jsonb_typeof(coalesce(e.item -> 'aliases', 'null')) NOT IN ('array', 'null') THEN 'aliases: must be an array'
                 WHEN jsonb_typeof(e.item -> 'aliases') = 'array'
                      AND EXISTS (SELECT FROM jsonb_array_elements(e.item -> 'aliases') a(alias)
                                   WHERE jsonb_typeof(a.alias) <> 'string' OR length(a.alias #>> '{}') > 1000)
                 THEN 'aliases: must hold strings of at most 1000 characters' END) AS fault) f
     WHERE f.fault IS NOT NULL ORDER BY e.place LIMIT 1;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = v_fault;
    END IF;
END $$;
