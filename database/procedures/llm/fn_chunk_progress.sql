-- How far the reading of some pages is of a tenant (null = all, any): chunks, and those of them for which no job waits
-- or runs any more. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_chunk_progress(p_tenant_id integer, p_source_page_ids bigint[])
RETURNS TABLE (chunks bigint, chunks_done bigint)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (
               SELECT FROM llm.job j WHERE j.source_page_id = c.source_page_id AND j.chunk_id = c.chunk_id))
      FROM vector.chunk c
     WHERE (p_tenant_id IS NULL OR c.tenant_id = p_tenant_id) AND (p_source_page_ids IS NULL OR c.source_page_id = ANY (p_source_page_ids))
$$;
