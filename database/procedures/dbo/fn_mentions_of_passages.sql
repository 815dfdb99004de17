-- The mentions that names in some passages mean, each by its place (from 1) in the arrays; p_passage_places: the place of each name's passage in
-- p_passages. Of the wanted type before others, the name itself before an alias, typed before untyped, then the surer, then by type. Names that their
-- passage does not mention have no row. A name that a passage says often is looked up once. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_mentions_of_passages(p_tenant_id integer, p_passages dbo.passage[], p_passage_places integer[],
    p_name_keys text[], p_types text[]) RETURNS TABLE (place integer, mention_id bigint, entity_id bigint)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off AS $$
BEGIN
    RETURN QUERY
    SELECT unnest(k.places), m.mention_id, m.entity_id
      FROM (SELECT array_agg(u.place::integer) AS places, md5(u.name_key)::uuid AS name_hash, dbo.fn_concrete_type(u.wanted) AS type_key, u.passage
              FROM unnest(p_passage_places, p_name_keys, p_types) WITH ORDINALITY u(passage, name_key, wanted, place) WHERE u.name_key IS NOT NULL
             GROUP BY u.passage, u.name_key, u.wanted OFFSET 0) k
     -- One after the other by their keys: joined in another order, every name would be compared with every mention.
     CROSS JOIN LATERAL (SELECT n.name_id FROM dbo.name n WHERE n.tenant_id = p_tenant_id AND n.name_hash = k.name_hash OFFSET 0) n
     CROSS JOIN LATERAL (
        SELECT x.mention_id, x.entity_id
          FROM dbo.entity_mention x
          LEFT JOIN dbo.entity_mention o ON o.mention_id = x.alias_of
          LEFT JOIN dbo.name oname ON oname.name_id = o.name_id
         WHERE x.name_id = n.name_id AND x.tenant_id = p_tenant_id AND x.source_page_id = (p_passages[k.passage]).source_page_id
           AND x.chunk_id IS NOT DISTINCT FROM (p_passages[k.passage]).chunk_id
         ORDER BY x.type_key IS NOT DISTINCT FROM k.type_key AND x.type_key IS NOT NULL DESC,
                  x.alias_of IS NOT NULL, x.type_key IS NULL, x.confidence DESC, x.type_key COLLATE "C", oname.name_key COLLATE "C"
         LIMIT 1) m;
END $$;
