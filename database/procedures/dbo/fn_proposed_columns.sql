-- The typed columns that a proposed table would have beside the standard ones: [{"column", "type", "field"}], type number, date, boolean
-- or text. Unless p_override says them ({"columns": {field: type}}), they are the fields of single values that at least half of the
-- waiting items have, the commonest first, at most 24; a field is of the type that all its values are of, else text. No
-- column where the field's name is no identifier, is reserved, or meets a standard column. p_table: without its schema; it may be
-- null. Writes nothing. AL003: an override of another shape, or a field that can have no column.
CREATE OR REPLACE FUNCTION dbo.fn_proposed_columns(p_proposal dbo.schema_proposal, p_table text, p_override jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_wanted jsonb := p_override -> 'columns';
    v_stem text := regexp_replace(p_table, '^(dim|bridge)_', '');
    v_columns jsonb;
    v_fault text;
BEGIN
    IF jsonb_typeof(coalesce(v_wanted, '{}')) NOT IN ('object', 'null')
       OR EXISTS (SELECT FROM jsonb_each(CASE WHEN jsonb_typeof(v_wanted) = 'object' THEN v_wanted ELSE '{}' END) w
                   WHERE w.value NOT IN ('"number"', '"date"', '"boolean"', '"text"')) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = 'columns: must be an object of fields, each number, date, boolean or text';
    END IF;
    WITH waiting AS (
        SELECT a.assertion_id, f.key AS field, f.value
          FROM dbo.fact_assertion a CROSS JOIN LATERAL jsonb_each(a.attributes) f
         WHERE a.tenant_id = p_proposal.tenant_id AND a.subject_table = 'dbo.schema_proposal' AND a.subject_id = p_proposal.proposal_id
           AND jsonb_typeof(v_wanted) IS DISTINCT FROM 'object' AND f.value <> 'null'
           AND f.key <> ALL (CASE p_proposal.kind WHEN 'bridge' THEN ARRAY['subject', 'subject_family', 'subject_type', 'predicate', 'object', 'object_family', 'object_type']
                                  ELSE ARRAY['type', 'aliases', 'name', 'title', 'label'] END)
    ), said AS (
        SELECT w.field, count(DISTINCT w.assertion_id) AS items,
               bool_and(dbo.fn_said_number(w.value) IS NOT NULL) AS are_numbers, bool_and(dbo.fn_said_date(w.value) IS NOT NULL) AS are_dates,
               bool_and(dbo.fn_said_boolean(w.value) IS NOT NULL) AS are_booleans, bool_or(jsonb_typeof(w.value) IN ('object', 'array')) AS is_nested
          FROM (SELECT o.assertion_id, o.field, e.value FROM waiting o
                 CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(o.value) WHEN 'array' THEN o.value ELSE jsonb_build_array(o.value) END) e) w
         GROUP BY w.field
    ), chosen AS (
        SELECT s.field, CASE WHEN s.are_numbers THEN 'number' WHEN s.are_dates THEN 'date' WHEN s.are_booleans THEN 'boolean' ELSE 'text' END AS type,
               dbo.fn_identifier(s.field) AS name, s.items
          FROM said s WHERE s.items * 2 >= p_proposal.items AND NOT s.is_nested
        UNION ALL
        SELECT w.key, w.value, dbo.fn_identifier(w.key), 1
          FROM jsonb_each_text(CASE WHEN jsonb_typeof(v_wanted) = 'object' THEN v_wanted ELSE '{}' END) w
    ), named AS (
        SELECT DISTINCT ON (c.name) c.*,
               c.name ~ '^[a-z][a-z0-9_]*$' AND NOT EXISTS (SELECT FROM pg_get_keywords() k WHERE k.word = c.name AND k.catcode = 'R')
               AND c.name <> ALL (ARRAY['tableoid', 'xmin', 'xmax', 'cmin', 'cmax', 'ctid', 'tenant_id', 'name_id', 'name_key', 'name_hash', 'role', 'start_date', 'end_date', 'start_text', 'end_text',
                   'start_precision', 'end_precision', 'start_work_id', 'end_work_id', 'work_context', 'promotion_state', 'earned_state', 'confidence', 'support',
                   'attributes', 'source_llm_run_id', 'recorded_at', 'updated_at', 'said', 'value', 'value_text', 'merged_into_id', 'type_key'])
               AND c.name !~ '_id$' AND c.name <> ALL (ARRAY[v_stem || '_name', v_stem || '_type']) AS is_free
          FROM chosen c WHERE c.name IS NOT NULL OR jsonb_typeof(v_wanted) = 'object'
         ORDER BY c.name, c.items DESC, c.field COLLATE "C"
    )
    SELECT coalesce(jsonb_agg(jsonb_build_object('column', n.name, 'type', n.type, 'field', n.field) ORDER BY n.place) FILTER (WHERE n.is_free AND n.place <= 24), '[]'),
           min(n.field) FILTER (WHERE n.is_free IS NOT TRUE AND jsonb_typeof(v_wanted) = 'object')
      INTO v_columns, v_fault
      FROM (SELECT m.*, row_number() OVER (ORDER BY m.is_free IS TRUE DESC, m.items DESC, m.field COLLATE "C") AS place FROM named m) n;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = format('columns: “%s” can have no column: its name is none, is reserved, or is a standard column''s', left(v_fault, 200));
    END IF;
    RETURN v_columns;
END $$;
