-- A member of attributes as true or false: a JSON boolean, or a string true, false, yes or no in any case; else null. For generated
-- columns of tables made later. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_said_boolean(p_value jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
RETURN CASE WHEN jsonb_typeof(p_value) IN ('boolean', 'string')
            THEN CASE lower(btrim(p_value #>> '{}')) WHEN 'true' THEN true WHEN 'yes' THEN true WHEN 'false' THEN false WHEN 'no' THEN false END END;
