-- A type's key, or null for the types that say nothing and so clash with nothing: unknown and other.
CREATE OR REPLACE FUNCTION dbo.fn_concrete_type(p_type text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
RETURN nullif(nullif(dbo.fn_type_key(p_type), 'unknown'), 'other');
