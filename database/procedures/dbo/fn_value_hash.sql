-- What values of facts are compared by: case, compatibility forms and spaces folded. The generated columns value_hash of
-- the tables of facts hold the same. Null stays null.
CREATE OR REPLACE FUNCTION dbo.fn_value_hash(p_value text) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
RETURN md5(btrim(regexp_replace(lower(normalize(p_value, NFKC) COLLATE "und-x-icu"), '\s+', ' ', 'g')))::uuid;
