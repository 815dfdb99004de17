-- The mention that a name in a passage means (dbo.fn_passage_mentions). Null: the passage does not mention it. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_passage_mention(p_tenant_id integer, p_source_page_id bigint, p_chunk_id bigint,
    p_name_key text, p_type text) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN (SELECT m.mention_id FROM dbo.fn_passage_mentions(p_tenant_id, p_source_page_id, p_chunk_id, ARRAY[p_name_key], ARRAY[p_type]) m);
END $$;
