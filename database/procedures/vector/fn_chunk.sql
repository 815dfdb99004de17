-- A chunk: its page, the range of the page's characters, the text there, and its place among the page's chunks.
-- No row: unknown chunk.
CREATE OR REPLACE FUNCTION vector.fn_chunk(p_chunk_id bigint)
RETURNS TABLE (source_page_id bigint, char_start integer, char_end integer, content text, chunk_index integer)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    SELECT c.source_page_id, c.char_start, c.char_end, c.content, c.chunk_index
      FROM vector.chunk c WHERE c.chunk_id = p_chunk_id;
END $$;
