-- Raises AL003, naming the first item that is not a well-formed fact ("facts[0].value: …"); see dbo.usp_route_facts for the
-- shape. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_check_facts(p_facts jsonb, p_text_length integer) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_fault text;
BEGIN
    PERFORM dbo.fn_check_items('facts', p_facts, ARRAY['subject'], ARRAY['kind', 'predicate'], '{}',
                               ARRAY['subject_family', 'subject_type', 'unit'], p_text_length);
    SELECT format('facts[%s].%s', e.place - 1, f.fault) INTO v_fault
      FROM jsonb_array_elements(p_facts) WITH ORDINALITY e(item, place)
     CROSS JOIN LATERAL (SELECT CASE
            WHEN NOT EXISTS (SELECT FROM dbo.fact_family k WHERE k.kind = dbo.fn_type_key(e.item ->> 'kind'))
            THEN format('kind: must be one of %s', (SELECT string_agg(k.kind, ', ' ORDER BY k.kind) FROM dbo.fact_family k))
            WHEN jsonb_typeof(coalesce(e.item -> 'value', 'null')) NOT IN ('string', 'number', 'boolean')
              OR btrim(e.item ->> 'value', E' \t\n\r') = '' THEN 'value: must be a non-empty string, a number or a boolean'
            WHEN jsonb_typeof(e.item -> 'value') = 'number' AND length(e.item ->> 'value') > 100
            THEN 'value: must not be a number of more than 100 digits'
            WHEN length(e.item ->> 'value') > 10000 THEN 'value: must not be longer than 10000 characters' END AS fault) f
     WHERE f.fault IS NOT NULL ORDER BY e.place LIMIT 1;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = v_fault;
    END IF;
END $$;
