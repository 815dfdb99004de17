-- Registers a table as the bridge between two families, so that routing fills it from now on. The table has the standard columns
-- of dbo.bridge_entity_location: a bigint key, tenant_id, a column for each end and one for the role, bounds, promotion_state,
-- confidence, support, attributes, source_llm_run_id, updated_at, and a unique index on tenant_id, ends, role and bounds.
-- p_table: with its schema. Returns whether it is new. Writes dbo.bridge_family.
-- Errors: AL005 a column is missing, or the pair has another table; AL014 there is no such family of dimensions.
CREATE OR REPLACE FUNCTION dbo.usp_register_bridge_family(p_from_family text, p_to_family text, p_table text, p_from_column text,
    p_to_column text, p_role_column text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_from text := (dbo.fn_require_family(p_from_family)).family;
    v_to text := (dbo.fn_require_family(p_to_family)).family;
BEGIN
    PERFORM dbo.fn_require_columns(p_table, ARRAY['tenant_id', p_from_column, p_to_column, p_role_column, 'start_date', 'end_date', 'start_text',
        'end_text', 'start_work_id', 'end_work_id', 'promotion_state', 'confidence', 'support', 'attributes', 'source_llm_run_id', 'updated_at']);
    INSERT INTO dbo.bridge_family (from_family, to_family, table_name, from_column, to_column, role_column)
    VALUES (v_from, v_to, p_table, p_from_column, p_to_column, p_role_column)
    ON CONFLICT (from_family, to_family) DO NOTHING;
    IF NOT FOUND AND NOT EXISTS (SELECT FROM dbo.bridge_family f WHERE (f.from_family, f.to_family, f.table_name) = (v_from, v_to, p_table)) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('bridges between %s and %s have another table already', v_from, v_to);
    END IF;
    RETURN FOUND;
END $$;
