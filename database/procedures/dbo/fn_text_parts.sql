-- Where to cut a long text so that it can be shown in parts: the code points at which parts begin, 0 first. Parts begin with a
-- line and have p_size to two times p_size characters, less only at the end or where the next line is longer; of a longer line each p_size
-- begin one. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_text_parts(p_text text, p_size integer) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_length CONSTANT integer := length(p_text); -- once: the text of a row is unpacked for each
BEGIN
    IF v_length <= p_size THEN
        RETURN ARRAY[0];
    END IF;
    RETURN (
        WITH line AS MATERIALIZED (
            SELECT (sum(length(l.line) + 1) OVER (ORDER BY l.n) - length(l.line) - 1)::integer AS char_start, length(l.line) + 1 AS size
              FROM string_to_table(p_text, E'\n') WITH ORDINALITY l(line, n)
        ), cut AS (
            SELECT min(l.char_start) AS char_start FROM line l WHERE l.char_start < v_length GROUP BY l.char_start / p_size
            UNION
            SELECT generate_series(l.char_start + p_size, least(l.char_start + l.size, v_length) - 1, p_size) FROM line l WHERE l.size > 2 * p_size)
        SELECT array_agg(c.char_start ORDER BY c.char_start) FROM cut c);
END $$;
