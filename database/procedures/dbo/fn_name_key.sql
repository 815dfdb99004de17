-- The key that names are compared by: compatibility forms and case folded, accents dropped, everything that is no
-- letter, digit or mark made one space. A name of which nothing would be left keeps its lower-cased self.
-- The program's text::name_key gives the same for Latin, Greek and Cyrillic. Other scripts keep their vowel signs.
CREATE OR REPLACE FUNCTION dbo.fn_name_key(p_name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_key text := p_name;
BEGIN
    -- Plain ASCII, the common case, needs no folding of accents.
    IF octet_length(v_key) = length(v_key) THEN
        v_key := btrim(regexp_replace(lower(v_key COLLATE "und-x-icu"), '[^a-z0-9]+', ' ', 'g'));
    ELSE
        v_key := translate(lower(normalize(v_key, NFKC) COLLATE "und-x-icu"), 'ς', 'σ');
        v_key := regexp_replace(normalize(v_key, NFKD),
            '[\u00ad\u034f\u0300-\u036f\u0483-\u0489\u061c\u180b-\u180e\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]+', '', 'g');
        v_key := regexp_replace(v_key COLLATE "und-x-icu",
            '([[:punct:][:space:][:cntrl:]]|[\u0024\u002b\u003c-\u003e\u005e\u0060\u007c\u007e\u00a2-\u00a9\u00ac\u00ae-\u00b1\u00b4\u00b8\u00d7\u00f7\u02c2-\u02c5\u02d2-\u02df\u02e5-\u02eb\u02ed\u02ef-\u02ff\u0375\u0384\u0385\u03f6\u0482\u2000-\u206f\u20a0-\u20cf\u2100-\u214f\u2190-\u245f\u249c-\u24e9\u2500-\u2775\u2794-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\ufffc\ufffd\U0001f000-\U0001faff])+',
            ' ', 'g');
        v_key := btrim(normalize(public.unaccent('public.unaccent'::regdictionary, v_key), NFC));
    END IF;
    IF v_key = '' THEN
        v_key := btrim(lower(p_name COLLATE "und-x-icu"), E' \t\n\r');
    END IF;
    RETURN CASE WHEN v_key = '' THEN ' ' ELSE v_key END;
END $$;
