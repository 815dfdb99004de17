-- A member of attributes as text: any single value; null for objects, and where several values were said. For generated columns of
-- tables made later. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_said_text(p_value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
RETURN CASE WHEN jsonb_typeof(p_value) NOT IN ('array', 'object') THEN p_value #>> '{}' END;
