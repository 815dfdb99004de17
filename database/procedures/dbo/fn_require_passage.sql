-- The range of a page's characters that a call is about: its chunk, or the whole page; and the page's length. Until the
-- transaction ends the page cannot be forgotten: taken before any name's lock, so that the two never wait for one another, and
-- what is written about the page needs no foreign key to it.
-- Writes nothing. AL004: unknown tenant, page, chunk or run, or they do not belong together.
CREATE OR REPLACE FUNCTION dbo.fn_require_passage(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint,
    p_chunk_id bigint, OUT text_length integer, OUT char_start integer, OUT char_end integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    SELECT p.text_length, coalesce(c.char_start, 0), coalesce(c.char_end, p.text_length) INTO text_length, char_start, char_end
      FROM sem.source_page p
      LEFT JOIN vector.chunk c ON c.chunk_id = p_chunk_id AND c.source_page_id = p.source_page_id AND c.tenant_id = p.tenant_id
     WHERE p.source_page_id = p_source_page_id AND p.tenant_id = p_tenant_id AND (p_chunk_id IS NULL OR c.chunk_id IS NOT NULL)
       FOR KEY SHARE OF p;
    IF NOT FOUND THEN
        PERFORM llm.fn_require_tenant(p_tenant_id);
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('tenant %s has no page %s%s', p_tenant_id,
            coalesce(p_source_page_id::text, 'null'), coalesce(' with chunk ' || p_chunk_id, ''));
    ELSIF p_run_id IS NOT NULL AND NOT EXISTS (SELECT FROM llm.run r WHERE r.run_id = p_run_id AND r.tenant_id = p_tenant_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('tenant %s has no run %s', p_tenant_id, p_run_id);
    END IF;
END $$;
