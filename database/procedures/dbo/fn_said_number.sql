-- A member of attributes as a number: a JSON number, or a string that is written as one (digits, "." and a sign); else null, as where
-- several values were said. For generated columns of tables made later. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_said_number(p_value jsonb) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
RETURN CASE WHEN jsonb_typeof(p_value) = 'number' OR jsonb_typeof(p_value) = 'string' AND btrim(p_value #>> '{}') ~ '^[+-]?[0-9]{1,100}([.][0-9]{1,100})?$'
            THEN (p_value #>> '{}')::numeric END;
