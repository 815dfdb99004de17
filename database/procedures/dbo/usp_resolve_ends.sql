-- Finds the rows, of whatever family, that bridges and facts of one passage name: what the passage mentions under that name, and
-- else by the rules of dbo.usp_route_entities and dbo.usp_route_dimensions, backed by what names it.
-- p_ends: array of {ordinal, is_object, family, name, type?, confidence, grounding, evidence?}; families are registered.
-- OUT ends: for each its row, and the mention where that is an entity; entities: those newly mentioned; dimensions: rows of
-- other families that the passage had not named; evidence_new: new links.
-- Writes what those procedures write. The caller has checked the ends and holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_resolve_ends(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint, p_chunk_id bigint,
    p_job_type text, p_contract_version text, p_ends jsonb, OUT ends dbo.resolved_end[], OUT entities dbo.routed_item[],
    OUT dimensions dbo.routed_row[], OUT evidence_new integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_family dbo.dimension_family;
    v_ends jsonb;
    v_known dbo.routed_item[];
    v_routed record;
BEGIN
    ends := '{}';
    dimensions := '{}';
    SELECT m.routed, m.evidence_new INTO entities, evidence_new
      FROM dbo.usp_mention_ends(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, p_job_type, p_contract_version,
               (SELECT coalesce(jsonb_agg(e.item), '[]') FROM jsonb_array_elements(p_ends) e(item) WHERE e.item ->> 'family' = 'entity')) m;
    SELECT coalesce(array_agg(ROW((e.item ->> 'ordinal')::integer, (e.item ->> 'is_object')::boolean, 'dbo.dim_entity', m.entity_id,
                                  m.mention_id)::dbo.resolved_end), '{}')
      INTO ends
      FROM jsonb_array_elements(p_ends) WITH ORDINALITY e(item, place)
      JOIN dbo.fn_passage_mentions(p_tenant_id, p_source_page_id, p_chunk_id,
            ARRAY(SELECT dbo.fn_name_key(btrim(e.item ->> 'name', E' \t\n\r')) FROM jsonb_array_elements(p_ends) WITH ORDINALITY e(item, place) ORDER BY e.place),
            ARRAY(SELECT e.item ->> 'type' FROM jsonb_array_elements(p_ends) WITH ORDINALITY e(item, place) ORDER BY e.place)) m ON m.place = e.place
     WHERE e.item ->> 'family' = 'entity';

    FOR v_family IN SELECT f.* FROM dbo.dimension_family f
                     WHERE f.family <> 'entity' AND f.family IN (SELECT e.item ->> 'family' FROM jsonb_array_elements(p_ends) e(item))
                     ORDER BY f.family COLLATE "C" LOOP
        -- Their place among all ends is what tells them apart here.
        SELECT jsonb_agg(e.item || jsonb_build_object('ordinal', e.place, 'of', e.item -> 'ordinal')) INTO v_ends
          FROM jsonb_array_elements(p_ends) WITH ORDINALITY e(item, place) WHERE e.item ->> 'family' = v_family.family;
        v_known := ARRAY(SELECT ROW(r.ordinal, r.target_id, false)::dbo.routed_item
                           FROM dbo.fn_passage_rows(p_tenant_id, p_source_page_id, p_chunk_id, v_family.family, v_ends) r);
        SELECT coalesce(jsonb_agg(e.item), '[]') INTO v_ends FROM jsonb_array_elements(v_ends) e(item)
         WHERE (e.item ->> 'ordinal')::integer NOT IN (SELECT k.ordinal FROM unnest(v_known) k);
        SELECT * INTO v_routed FROM dbo.usp_route_dimensions(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, v_family.family,
            (SELECT coalesce(jsonb_agg(jsonb_build_object('name', e.item -> 'name', 'type', e.item -> 'type', 'confidence', e.item -> 'confidence',
                        'grounding', e.item -> 'grounding', 'evidence', e.item -> 'evidence') ORDER BY e.place), '[]')
               FROM jsonb_array_elements(v_ends) WITH ORDINALITY e(item, place)));
        dimensions := dimensions || v_routed.routed;
        evidence_new := evidence_new + v_routed.evidence_new;
        v_known := v_known || ARRAY(SELECT ROW((v_ends -> (r.ordinal - 1) ->> 'ordinal')::integer, r.target_id, r.is_new)::dbo.routed_item
                                      FROM unnest(v_routed.routed) r);
        ends := ends || ARRAY(SELECT ROW((p_ends -> (k.ordinal - 1) ->> 'ordinal')::integer, (p_ends -> (k.ordinal - 1) ->> 'is_object')::boolean,
                                         v_family.table_name, k.target_id, NULL)::dbo.resolved_end FROM unnest(v_known) k);
    END LOOP;
END $$;
