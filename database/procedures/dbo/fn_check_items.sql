-- Raises AL003, naming the first item of a family that is not well-formed ("events[3].start_date: …"). Items have
-- confidence, grounding, evidence, attributes and bounds as dbo.usp_route_relations documents them.
-- p_label: what the array is called; the others as for dbo.fn_bounded_item_fault. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_check_items(p_label text, p_items jsonb, p_names text[], p_terms text[],
    p_optional_names text[], p_optional_terms text[], p_text_length integer) RETURNS void
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_fault text;
BEGIN
    PERFORM dbo.fn_items(jsonb_build_object(p_label, p_items), p_label);
    SELECT format('%s[%s].%s', p_label, e.place - 1, f.fault) INTO v_fault
      FROM jsonb_array_elements(p_items) WITH ORDINALITY e(item, place)
     CROSS JOIN LATERAL (SELECT dbo.fn_bounded_item_fault(e.item, p_names, p_terms, p_optional_names, p_optional_terms, p_text_length) AS fault OFFSET 0) f
     WHERE f.fault IS NOT NULL ORDER BY e.place LIMIT 1;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = v_fault;
    END IF;
END $$;
