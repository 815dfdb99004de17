-- Whether a JSON value is a piece of evidence: {char_start, char_end, quote?, grounding?} inside of p_text_length characters.
CREATE OR REPLACE FUNCTION dbo.fn_is_evidence(p_piece jsonb, p_text_length integer) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
RETURN coalesce(CASE WHEN dbo.fn_is_integer(p_piece -> 'char_start') AND dbo.fn_is_integer(p_piece -> 'char_end')
                     THEN (p_piece ->> 'char_start')::numeric::integer <= (p_piece ->> 'char_end')::numeric::integer
                      AND (p_piece ->> 'char_end')::numeric::integer <= p_text_length
                      AND jsonb_typeof(coalesce(p_piece -> 'quote', 'null')) IN ('string', 'null')
                      AND coalesce(p_piece ->> 'grounding', 'none') IN ('exact', 'normalised', 'passage', 'fuzzy', 'none') END, false);
