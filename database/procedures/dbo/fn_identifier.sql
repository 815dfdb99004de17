-- An SQL identifier made of words: lower case, accents dropped, everything else one "_", at most 40 characters. Null: nothing
-- is left of it. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_identifier(p_words text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT nullif(btrim(left(btrim(regexp_replace(lower(public.unaccent('public.unaccent'::regdictionary, normalize(p_words, NFKC))), '[^a-z0-9]+', '_', 'g'), '_'), 40), '_'), '')
$$;
