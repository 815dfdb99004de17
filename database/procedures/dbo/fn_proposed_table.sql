-- What approving a proposal would make: its family and kind, the table, and the statements that make it (null: it is there).
-- p_override: {"family"?, "table"?, "columns"?}, what a person wants otherwise; see dbo.fn_proposed_columns. Writes nothing.
-- Errors: AL003 an override of another shape; AL016 the name cannot be the table's, or a bridge's end has no table yet.
CREATE OR REPLACE FUNCTION dbo.fn_proposed_table(p_proposal dbo.schema_proposal, p_override jsonb,
    OUT family text, OUT table_name text, OUT definition text)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_fault text;
    v_from dbo.dimension_family;
    v_to dbo.dimension_family;
BEGIN
    SELECT format('%s: %s', m.key, CASE WHEN m.key IN ('family', 'table') THEN 'must be a string of 1 to 200 characters' ELSE 'there is no such member' END)
      INTO v_fault FROM jsonb_each(CASE WHEN jsonb_typeof(p_override) = 'object' THEN p_override ELSE '{}' END) m
     WHERE m.key NOT IN ('family', 'table', 'columns')
        OR m.key <> 'columns' AND (jsonb_typeof(m.value) <> 'string' OR length(btrim(m.value #>> '{}')) NOT BETWEEN 1 AND 200) LIMIT 1;
    IF v_fault IS NOT NULL OR jsonb_typeof(coalesce(p_override, '{}')) NOT IN ('object', 'null') THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = 'the override must be an object {"family"?, "table"?, "columns"?}: ' || coalesce(v_fault, 'it is none');
    END IF;
    family := dbo.fn_type_key(btrim(coalesce(p_override ->> 'family', p_proposal.family)));
    table_name := regexp_replace(btrim(coalesce(p_override ->> 'table', CASE WHEN p_override ? 'family'
        THEN CASE p_proposal.kind WHEN 'bridge' THEN 'bridge_' ELSE 'dim_' END || dbo.fn_identifier(family) ELSE p_proposal.table_name END)), '^dbo\.', '');
    IF p_proposal.kind = 'dimension' THEN
        SELECT f.table_name INTO v_fault FROM dbo.dimension_family f WHERE f.family = fn_proposed_table.family;
        IF FOUND THEN
            table_name := v_fault;
            IF family = 'entity' THEN
                RAISE EXCEPTION USING ERRCODE = 'AL016', MESSAGE = 'entities have procedures of their own: a proposal cannot become one';
            END IF;
            RETURN;
        ELSIF length(family) > 200 THEN
            RAISE EXCEPTION USING ERRCODE = 'AL016', MESSAGE = 'a family''s name must not be longer than 200 characters';
        END IF;
        PERFORM dbo.fn_check_table_name('dimension', table_name);
        definition := dbo.fn_dimension_definition(table_name);
    ELSE
        SELECT b.table_name INTO v_fault FROM dbo.bridge_family b
         WHERE (b.from_family, b.to_family) IN ((p_proposal.from_family, p_proposal.to_family), (p_proposal.to_family, p_proposal.from_family)) LIMIT 1;
        IF FOUND THEN
            table_name := v_fault;
            RETURN;
        END IF;
        SELECT f.* INTO v_from FROM dbo.dimension_family f WHERE f.family = p_proposal.from_family;
        SELECT f.* INTO v_to FROM dbo.dimension_family f WHERE f.family = p_proposal.to_family;
        IF v_from.family IS NULL OR v_to.family IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'AL016', MESSAGE = format('a bridge from %s to %s needs a table for %s first: approve its proposal before',
                p_proposal.from_family, p_proposal.to_family, CASE WHEN v_from.family IS NULL THEN p_proposal.from_family ELSE p_proposal.to_family END);
        END IF;
        PERFORM dbo.fn_check_table_name('bridge', table_name);
        definition := dbo.fn_bridge_definition(table_name, v_from, v_to);
    END IF;
    definition := concat_ws(E'\n', definition, dbo.fn_columns_definition(table_name, dbo.fn_proposed_columns(p_proposal, table_name, p_override)));
    table_name := 'dbo.' || table_name;
END $$;
