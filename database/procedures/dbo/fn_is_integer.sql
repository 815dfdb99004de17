-- Whether a JSON value is a whole number from 0 that fits an integer. Null: no.
CREATE OR REPLACE FUNCTION dbo.fn_is_integer(p jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE SECURITY INVOKER
RETURN coalesce(CASE WHEN jsonb_typeof(p) = 'number' AND p #>> '{}' ~ '^\d{1,10}$'
                         THEN (p #>> '{}')::bigint <= 2147483647 END, false);
