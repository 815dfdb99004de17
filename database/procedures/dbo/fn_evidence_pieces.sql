-- The pieces of evidence of one item: its own, or, where it has none, the whole passage as grounding none, so that no
-- row is without a source. Offsets are characters of the page. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_evidence_pieces(p_item jsonb, p_char_start integer, p_char_end integer)
RETURNS TABLE (char_start integer, char_end integer, quote text, grounding text)
LANGUAGE sql IMMUTABLE SECURITY INVOKER
BEGIN ATOMIC
    SELECT (e.piece ->> 'char_start')::integer, (e.piece ->> 'char_end')::integer, e.piece ->> 'quote',
           coalesce(e.piece ->> 'grounding', p_item ->> 'grounding', 'none')
      FROM jsonb_array_elements(CASE WHEN jsonb_typeof(p_item -> 'evidence') = 'array' AND p_item -> 'evidence' <> '[]'
                                     THEN p_item -> 'evidence'
                                     ELSE jsonb_build_array(jsonb_build_object('char_start', p_char_start,
                                          'char_end', p_char_end, 'grounding', 'none')) END) e(piece);
END;
