-- Tags pages, chunks and entities on a person's word. Any array may be null. Returns how many were not so tagged yet.
-- Writes dbo.dim_tag, dbo.bridge_tag_assignment. AL004: unknown tenant, page, chunk or entity; AL005: a tag without a name.
CREATE OR REPLACE FUNCTION dbo.usp_tag_rows(p_tenant_id integer, p_tag text, p_tag_type text, p_source_page_ids bigint[], p_chunk_ids bigint[],
    p_entity_ids bigint[], p_actor text) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_tag_id bigint;
    v_count integer;
    v_missing text;
BEGIN
    SELECT t.tag_id INTO v_tag_id FROM dbo.usp_ensure_tags(p_tenant_id, ARRAY[p_tag], p_tag_type) t;
    SELECT coalesce((SELECT 'page ' || i.id FROM unnest(p_source_page_ids) i(id) WHERE NOT EXISTS (SELECT FROM sem.source_page p WHERE p.source_page_id = i.id AND p.tenant_id = p_tenant_id) LIMIT 1),
                    (SELECT 'chunk ' || i.id FROM unnest(p_chunk_ids) i(id) WHERE NOT EXISTS (SELECT FROM vector.chunk c WHERE c.chunk_id = i.id AND c.tenant_id = p_tenant_id) LIMIT 1),
                    (SELECT 'entity ' || i.id FROM unnest(p_entity_ids) i(id) WHERE NOT EXISTS (SELECT FROM dbo.dim_entity e WHERE e.entity_id = i.id AND e.tenant_id = p_tenant_id) LIMIT 1))
      INTO v_missing;
    IF v_missing IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('tenant %s has no %s', p_tenant_id, v_missing);
    END IF;
    INSERT INTO dbo.bridge_tag_assignment (tenant_id, tag_id, source_page_id, chunk_id, entity_id, promotion_state, confidence, attributes)
    SELECT p_tenant_id, v_tag_id, r.page_id, r.chunk_id, r.entity_id, 'adjudicated', 1, jsonb_build_object('by', coalesce(nullif(btrim(p_actor), ''), session_user))
      FROM (SELECT p.id AS page_id, NULL::bigint AS chunk_id, NULL::bigint AS entity_id FROM unnest(p_source_page_ids) p(id)
            UNION
            SELECT c.source_page_id, c.chunk_id, NULL FROM vector.chunk c WHERE c.chunk_id = ANY (p_chunk_ids) AND c.tenant_id = p_tenant_id
            UNION
            SELECT NULL, NULL, coalesce(e.merged_into_id, e.entity_id) FROM dbo.dim_entity e WHERE e.entity_id = ANY (p_entity_ids) AND e.tenant_id = p_tenant_id) r
     ORDER BY r.page_id, r.chunk_id, r.entity_id
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END $$;
