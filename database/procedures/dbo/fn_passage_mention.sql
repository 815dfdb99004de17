-- The mention that a name in a passage means: of the wanted type before others, the name itself before an alias, typed
-- before untyped, then the surer, then by type. Null: the passage does not mention it. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_passage_mention(p_tenant_id integer, p_source_page_id bigint, p_chunk_id bigint,
    p_name_key text, p_type text) RETURNS bigint
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT m.mention_id
      FROM dbo.name n
      JOIN dbo.entity_mention m ON m.name_id = n.name_id AND m.tenant_id = n.tenant_id
       AND m.source_page_id = p_source_page_id AND m.chunk_id IS NOT DISTINCT FROM p_chunk_id
      LEFT JOIN dbo.entity_mention o ON o.mention_id = m.alias_of
      LEFT JOIN dbo.name oname ON oname.name_id = o.name_id
     WHERE n.tenant_id = p_tenant_id AND n.name_hash = md5(p_name_key)::uuid
     ORDER BY m.type_key IS NOT DISTINCT FROM dbo.fn_concrete_type(p_type) AND m.type_key IS NOT NULL DESC,
              m.alias_of IS NOT NULL, m.type_key IS NULL, m.confidence DESC, m.type_key COLLATE "C",
              oname.name_key COLLATE "C"
     LIMIT 1
$$;
