-- Registers a table as the dimension of a family, so that routing fills it from now on. The table has the standard columns of
-- dbo.dim_location: a bigint key, tenant_id, name_id, name_key, a column each for name and type (text), promotion_state,
-- confidence, support, attributes, source_llm_run_id, updated_at, and a unique index on tenant_id, name_id, type (and the
-- start date, where it tells rows apart).
-- p_family: folded (dbo.fn_type_key); p_table: with its schema; p_member_columns: which member of an item goes to which column.
-- Returns whether it is new. Writes dbo.dimension_family. Errors: AL005 a column is missing, or the family has another table.
CREATE OR REPLACE FUNCTION dbo.usp_register_dimension_family(p_family text, p_table text, p_name_column text, p_type_column text,
    p_member_columns jsonb DEFAULT '{}') RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM dbo.fn_require_columns(p_table, ARRAY['tenant_id', 'name_id', 'name_key', p_name_column, p_type_column, 'promotion_state', 'confidence',
        'support', 'attributes', 'source_llm_run_id', 'updated_at'] || ARRAY(SELECT m.value FROM jsonb_each_text(p_member_columns) m));
    INSERT INTO dbo.dimension_family (family, table_name, name_column, type_column, member_columns)
    VALUES (dbo.fn_type_key(p_family), p_table, p_name_column, p_type_column, p_member_columns)
    ON CONFLICT (family) DO NOTHING;
    IF NOT FOUND AND NOT EXISTS (SELECT FROM dbo.dimension_family f WHERE f.family = dbo.fn_type_key(p_family) AND f.table_name = p_table) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('family %s has another table already', dbo.fn_type_key(p_family));
    END IF;
    RETURN FOUND;
END $$;
