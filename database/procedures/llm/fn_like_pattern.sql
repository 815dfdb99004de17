-- A pattern for LIKE from one that people write, in which "*" stands for any text and all else for itself.
-- Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_like_pattern(p_glob text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT replace(replace(replace(replace(p_glob, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%')
$$;
