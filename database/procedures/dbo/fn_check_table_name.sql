-- Raises AL016 when a table of that name cannot be made for a family: it must be dim_… or bridge_… of lower-case letters, digits
-- and "_", at most 48 characters, no word that SQL reserves behind the prefix, no table that is there, and no name whose
-- columns would meet the standard ones. p_table: without its schema. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_check_table_name(p_kind text, p_table text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_prefix text := CASE p_kind WHEN 'dimension' THEN 'dim_' ELSE 'bridge_' END;
    v_stem text := substr(p_table, length(v_prefix) + 1);
    v_fault text;
BEGIN
    v_fault := CASE
        WHEN p_table IS NULL THEN 'no name follows from the family: say one'
        WHEN NOT starts_with(p_table, v_prefix) THEN format('it must begin with %s', v_prefix)
        WHEN v_stem !~ '^[a-z][a-z0-9_]*$' OR v_stem ~ '_$' THEN format('after %s it must be lower-case letters, digits and "_", a letter first', v_prefix)
        WHEN length(p_table) > 48 THEN 'it must not be longer than 48 characters'
        WHEN EXISTS (SELECT FROM pg_get_keywords() k WHERE k.word = v_stem AND k.catcode = 'R') THEN format('"%s" is a word that SQL reserves', v_stem)
        WHEN to_regclass(format('dbo.%I', p_table)) IS NOT NULL OR to_regtype(format('dbo.%I', p_table)) IS NOT NULL
          OR EXISTS (SELECT FROM dbo.dimension_family f WHERE f.table_name = 'dbo.' || p_table)
          OR EXISTS (SELECT FROM dbo.bridge_family f WHERE f.table_name = 'dbo.' || p_table) THEN 'there is such a table'
        WHEN p_kind = 'dimension' AND v_stem IN ('tenant', 'name', 'start', 'end', 'source', 'source_llm_run') THEN format('its column %s_id would meet a standard one', v_stem) END;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL016', MESSAGE = format('%s cannot be the table''s name: %s', coalesce(left(p_table, 200), 'null'), v_fault);
    END IF;
END $$;
