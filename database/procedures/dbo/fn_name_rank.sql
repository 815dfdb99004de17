-- Orders spellings of one name; the least by C collation is shown: mixed case before capitals before small letters,
-- then the longer, then by character. Being a fixed order, it does not matter which spelling was read first.
CREATE OR REPLACE FUNCTION dbo.fn_name_rank(p_name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
RETURN (CASE WHEN p_name = lower(p_name COLLATE "und-x-icu") THEN '2'
                 WHEN p_name = upper(p_name COLLATE "und-x-icu") THEN '1' ELSE '0' END
            || lpad((9999 - least(length(p_name), 9999))::text, 4, '0') || p_name) COLLATE "C";
