-- Brings mentions without a concrete type home (dbo.fn_untyped_home) after concrete ones have come: this is what
-- makes the result independent of the order of reading.
-- p_name_ids: names to settle wholly; p_page_name_ids: names to settle on some pages.
-- Returns whether one moved. Writes dbo.entity_mention, dbo.dim_entity, dbo.evidence, dbo.fact_entity_extraction, dbo.bridge_entity_relation,
-- dbo.entity_dedupe_candidate. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_settle_untyped_mentions(p_tenant_id integer, p_name_ids bigint[],
    p_source_page_ids bigint[], p_page_name_ids bigint[]) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_homeless bigint[];
    v_moved dbo.moved_mention[];
BEGIN
    SELECT array_agg(ROW(m.mention_id, m.entity_id, dbo.fn_untyped_home(m.tenant_id, m.name_id, m.source_page_id, m.chunk_id))::dbo.moved_mention),
           array_agg(DISTINCT m.name_id) FILTER (WHERE dbo.fn_untyped_home(m.tenant_id, m.name_id, m.source_page_id, m.chunk_id) IS NULL)
      INTO v_moved, v_homeless
      FROM dbo.entity_mention m
     WHERE m.type_key IS NULL AND m.alias_of IS NULL AND m.tenant_id = p_tenant_id
       AND (m.name_id = ANY (p_name_ids) OR m.name_id = ANY (p_page_name_ids) AND m.source_page_id = ANY (p_source_page_ids));
    IF v_moved IS NULL THEN
        RETURN false;
    END IF;
    PERFORM dbo.usp_make_untyped_entities(p_tenant_id, NULL, v_homeless);
    SELECT array_agg(ROW(v.mention_id, v.old_entity_id, coalesce(v.new_entity_id, e.merged_into_id, e.entity_id))::dbo.moved_mention)
      INTO v_moved
      FROM unnest(v_moved) v
      JOIN dbo.entity_mention m ON m.mention_id = v.mention_id
      LEFT JOIN dbo.dim_entity e ON e.tenant_id = p_tenant_id AND e.name_id = m.name_id AND e.type_key IS NULL
     WHERE v.old_entity_id <> coalesce(v.new_entity_id, e.merged_into_id, e.entity_id);
    IF v_moved IS NULL THEN
        RETURN false;
    END IF;
    PERFORM dbo.usp_move_mentions(p_tenant_id, v_moved);
    RETURN true;
END $$;
