-- The mentions that names in a passage mean, each by its place (from 1) in the arrays: of the wanted type before others,
-- the name itself before an alias, typed before untyped, then the surer, then by type. Names that the passage does not
-- mention have no row. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_passage_mentions(p_tenant_id integer, p_source_page_id bigint, p_chunk_id bigint,
    p_name_keys text[], p_types text[]) RETURNS TABLE (place integer, mention_id bigint, entity_id bigint)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off AS $$
BEGIN
    RETURN QUERY
    SELECT DISTINCT ON (k.place) k.place, m.mention_id, m.entity_id
      FROM (SELECT u.place::integer AS place, md5(u.name_key)::uuid AS name_hash, dbo.fn_concrete_type(u.wanted) AS type_key
              FROM unnest(p_name_keys, p_types) WITH ORDINALITY u(name_key, wanted, place) WHERE u.name_key IS NOT NULL OFFSET 0) k
     -- One after the other by their keys: joined in another order, every name would be compared with every mention.
     CROSS JOIN LATERAL (SELECT n.name_id FROM dbo.name n WHERE n.tenant_id = p_tenant_id AND n.name_hash = k.name_hash OFFSET 0) n
     CROSS JOIN LATERAL (SELECT x.* FROM dbo.entity_mention x
                          WHERE x.name_id = n.name_id AND x.tenant_id = p_tenant_id AND x.source_page_id = p_source_page_id
                            AND x.chunk_id IS NOT DISTINCT FROM p_chunk_id OFFSET 0) m
      LEFT JOIN dbo.entity_mention o ON o.mention_id = m.alias_of
      LEFT JOIN dbo.name oname ON oname.name_id = o.name_id
     ORDER BY k.place, m.type_key IS NOT DISTINCT FROM k.type_key AND m.type_key IS NOT NULL DESC,
              m.alias_of IS NOT NULL, m.type_key IS NULL, m.confidence DESC, m.type_key COLLATE "C",
              oname.name_key COLLATE "C";
END $$;
