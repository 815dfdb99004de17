-- The mentions that names in a passage mean, as dbo.fn_mentions_of_passages finds them: by their place (from 1) in the arrays. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_passage_mentions(p_tenant_id integer, p_source_page_id bigint, p_chunk_id bigint,
    p_name_keys text[], p_types text[]) RETURNS TABLE (place integer, mention_id bigint, entity_id bigint)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN QUERY
    SELECT m.place, m.mention_id, m.entity_id
      FROM dbo.fn_mentions_of_passages(p_tenant_id, ARRAY[ROW(p_source_page_id, p_chunk_id, NULL, NULL, NULL, NULL, NULL, NULL)::dbo.passage],
               array_fill(1, ARRAY[cardinality(p_name_keys)]), p_name_keys, p_types) m
     ORDER BY m.place;
END $$;
