-- Whether a text is a date of the calendar, written YYYY-MM-DD. Null: no. Never raises.
CREATE OR REPLACE FUNCTION dbo.fn_is_iso_date(p text) RETURNS boolean
LANGUAGE sql IMMUTABLE SECURITY INVOKER
RETURN coalesce(CASE WHEN p ~ '^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$' AND p >= '0001' THEN
        substr(p, 9, 2)::integer <= date_part('day', make_date(substr(p, 1, 4)::integer, substr(p, 6, 2)::integer, 1)
                                                     + interval '1 month' - interval '1 day') END, false);
