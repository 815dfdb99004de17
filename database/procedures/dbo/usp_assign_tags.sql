-- Tags what a passage says is to be tagged: itself, its page, or entities that it mentions.
-- p_items: array of {tag, type?, on?: "chunk"|"page" (what p_chunk_id says, where nothing is said), entity?, entity_type?, bounds, confidence, grounding,
-- evidence?, attributes?}; with an entity it is that which is tagged. One not mentioned yet becomes a mention, as an end of a
-- relation does. The same again changes nothing.
-- OUT assignments: for each item its place (from 1), row and whether that is new; tags: the same of tags; evidence_new: new links.
-- Writes dbo.dim_tag, dbo.bridge_tag_assignment, dbo.evidence, and what dbo.usp_route_entities writes. Works under the names' locks.
-- Errors: AL003 names the item that is not of this shape; AL004 unknown tenant, page, chunk or run.
CREATE OR REPLACE FUNCTION dbo.usp_assign_tags(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint, p_chunk_id bigint, p_items jsonb,
    OUT assignments dbo.routed_row[], OUT tags dbo.routed_row[], OUT evidence_new integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET jit = off AS $$
DECLARE
    v_passage record;
    v_fault text;
    v_keys text[];
    v_types text[];
    v_ends jsonb;
    v_rows jsonb;
    v_routed record;
BEGIN
    SELECT * INTO v_passage FROM dbo.fn_require_passage(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id);
    PERFORM dbo.fn_check_items('tags', p_items, ARRAY['tag'], '{}', ARRAY['entity'], ARRAY['type', 'entity_type'], v_passage.text_length);
    SELECT format('tags[%s].on: must be chunk or page', e.place - 1) INTO v_fault FROM jsonb_array_elements(p_items) WITH ORDINALITY e(item, place)
     WHERE coalesce(e.item ->> 'on', 'page') NOT IN ('chunk', 'page') OR e.item ->> 'on' = 'chunk' AND p_chunk_id IS NULL ORDER BY e.place LIMIT 1;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = v_fault;
    END IF;
    assignments := '{}';
    tags := '{}';
    evidence_new := 0;
    IF p_items = '[]' THEN
        RETURN;
    END IF;
    -- All names at once, so that the locks are taken in one order.
    PERFORM dbo.usp_lock_names(p_tenant_id, ARRAY(SELECT dbo.fn_name_key(btrim(n.name, E' \t\n\r')) FROM jsonb_array_elements(p_items) e(item)
        CROSS JOIN LATERAL unnest(ARRAY[e.item ->> 'tag', e.item ->> 'entity']) n(name) WHERE n.name IS NOT NULL));
    SELECT r.routed, r.evidence_new INTO tags, evidence_new
      FROM dbo.usp_route_dimensions(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, 'tag',
               (SELECT jsonb_agg(e.item - ARRAY['tag', 'entity', 'entity_type', 'on', 'attributes'] || jsonb_build_object('name', e.item -> 'tag') ORDER BY e.place)
                  FROM jsonb_array_elements(p_items) WITH ORDINALITY e(item, place))) r;
    -- No key, no mention: items about a page or a chunk.
    v_keys := ARRAY(SELECT dbo.fn_name_key(btrim(e.item ->> 'entity', E' \t\n\r')) FROM jsonb_array_elements(p_items) WITH ORDINALITY e(item, place) ORDER BY e.place);
    v_types := ARRAY(SELECT e.item ->> 'entity_type' FROM jsonb_array_elements(p_items) WITH ORDINALITY e(item, place) ORDER BY e.place);
    SELECT jsonb_agg(jsonb_build_object('name', e.item -> 'entity', 'type', coalesce(e.item ->> 'entity_type', 'unknown'),
               'confidence', e.item -> 'confidence', 'grounding', e.item -> 'grounding', 'evidence', e.item -> 'evidence')) INTO v_ends
      FROM jsonb_array_elements(p_items) WITH ORDINALITY e(item, place)
     WHERE e.item ->> 'entity' IS NOT NULL
       AND e.place NOT IN (SELECT m.place FROM dbo.fn_passage_mentions(p_tenant_id, p_source_page_id, p_chunk_id, v_keys, v_types) m);
    IF v_ends IS NOT NULL THEN
        SELECT r.evidence_new INTO v_routed FROM dbo.usp_route_entities(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id,
            (SELECT r.job_type FROM llm.run r WHERE r.run_id = p_run_id), (SELECT r.contract_version FROM llm.run r WHERE r.run_id = p_run_id), v_ends) r;
        evidence_new := evidence_new + v_routed.evidence_new;
    END IF;
    SELECT jsonb_agg(b.bounds || jsonb_build_object('ordinal', e.place, 'tag_id', t.target_id, 'entity_id', m.entity_id, 'mention_id', m.mention_id,
               'source_page_id', CASE WHEN m.mention_id IS NULL THEN p_source_page_id END,
               'chunk_id', CASE WHEN m.mention_id IS NULL AND coalesce(e.item ->> 'on', 'chunk') = 'chunk' THEN p_chunk_id END) ORDER BY e.place) INTO v_rows
      FROM jsonb_array_elements(p_items) WITH ORDINALITY e(item, place)
      JOIN unnest(tags) t ON t.ordinal = e.place
      LEFT JOIN dbo.fn_passage_mentions(p_tenant_id, p_source_page_id, p_chunk_id, v_keys, v_types) m ON m.place = e.place
     CROSS JOIN LATERAL (SELECT dbo.fn_bound_row(p_tenant_id, e.item, 'tag', '{}', '{}') AS bounds) b;
    SELECT w.routed, usp_assign_tags.evidence_new + w.evidence_new INTO assignments, evidence_new
      FROM dbo.usp_write_rows(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, 'dbo.bridge_tag_assignment', v_rows, v_passage.char_start, v_passage.char_end) w;
END $$;
