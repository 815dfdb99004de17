-- The form in which types, roles and relation names are stored and compared: lower case, words joined by "_"
-- ("Military unit" and "military-unit" are military_unit). Null stays null.
CREATE OR REPLACE FUNCTION dbo.fn_type_key(p_type text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
RETURN coalesce(nullif(btrim(regexp_replace(lower(normalize(p_type, NFKC) COLLATE "und-x-icu"), '[\s_-]+', '_', 'g'), '_'), ''),
                    p_type);
