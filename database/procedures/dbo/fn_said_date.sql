-- A member of attributes as a day: a string YYYY-MM-DD of a day that there is; else null. For generated columns of tables made later. Writes
-- nothing.
CREATE OR REPLACE FUNCTION dbo.fn_said_date(p_value jsonb) RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_parts text[];
BEGIN
    IF jsonb_typeof(p_value) = 'string' THEN
        v_parts := regexp_match(p_value #>> '{}', '^\s*([0-9]{4})-([0-9]{2})-([0-9]{2})\s*$');
        RETURN make_date(v_parts[1]::integer, v_parts[2]::integer, v_parts[3]::integer);
    END IF;
    RETURN NULL;
EXCEPTION WHEN datetime_field_overflow THEN
    RETURN NULL;
END $$;
