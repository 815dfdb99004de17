-- The mentions that names in a passage mean, each by its place (from 1) in the arrays: of the wanted type before others,
-- the name itself before an alias, typed before untyped, then the surer, then by type. Names that the passage does not
-- mention have no row. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_passage_mentions(p_tenant_id integer, p_source_page_id bigint, p_chunk_id bigint,
    p_name_keys text[], p_types text[]) RETURNS TABLE (place integer, mention_id bigint, entity_id bigint)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off AS $$
BEGIN
    RETURN QUERY
    SELECT DISTINCT ON (k.place) k.place::integer, m.mention_id, m.entity_id
      FROM unnest(p_name_keys, p_types) WITH ORDINALITY k(name_key, wanted, place)
      JOIN dbo.name n ON n.tenant_id = p_tenant_id AND n.name_hash = md5(k.name_key)::uuid
      JOIN dbo.entity_mention m ON m.name_id = n.name_id AND m.tenant_id = n.tenant_id
       AND m.source_page_id = p_source_page_id AND m.chunk_id IS NOT DISTINCT FROM p_chunk_id
      LEFT JOIN dbo.entity_mention o ON o.mention_id = m.alias_of
      LEFT JOIN dbo.name oname ON oname.name_id = o.name_id
     ORDER BY k.place, m.type_key IS NOT DISTINCT FROM dbo.fn_concrete_type(k.wanted) AND m.type_key IS NOT NULL DESC,
              m.alias_of IS NOT NULL, m.type_key IS NULL, m.confidence DESC, m.type_key COLLATE "C",
              oname.name_key COLLATE "C";
END $$;
