-- Sees to it that a passage mentions the entities that bridges and facts name: those that it does not mention yet, by name or
-- alias, become mentions of it, backed by what names them (dbo.usp_route_entities decides which entity that is).
-- p_ends: array of {name, type?, confidence, grounding, evidence?}.
-- OUT routed: entities of new mentions; evidence_new: new links. dbo.fn_passage_mentions then finds each.
-- Writes what dbo.usp_route_entities writes. The caller has checked the ends and holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_mention_ends(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint, p_chunk_id bigint,
    p_job_type text, p_contract_version text, p_ends jsonb, OUT routed dbo.routed_item[], OUT evidence_new integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_known integer[];
    v_missing jsonb;
BEGIN
    v_known := ARRAY(SELECT m.place FROM dbo.fn_passage_mentions(p_tenant_id, p_source_page_id, p_chunk_id,
        ARRAY(SELECT dbo.fn_name_key(btrim(e.item ->> 'name', E' \t\n\r')) FROM jsonb_array_elements(p_ends) WITH ORDINALITY e(item, place) ORDER BY e.place),
        ARRAY(SELECT e.item ->> 'type' FROM jsonb_array_elements(p_ends) WITH ORDINALITY e(item, place) ORDER BY e.place)) m);
    SELECT jsonb_agg(e.item || jsonb_build_object('type', coalesce(e.item ->> 'type', 'unknown'))) INTO v_missing
      FROM jsonb_array_elements(p_ends) WITH ORDINALITY e(item, place)
     WHERE NOT EXISTS (SELECT FROM unnest(v_known) k(place) WHERE k.place = e.place);
    routed := '{}';
    evidence_new := 0;
    IF v_missing IS NOT NULL THEN
        SELECT r.routed, r.evidence_new INTO routed, evidence_new
          FROM dbo.usp_route_entities(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, p_job_type, p_contract_version, v_missing) r;
    END IF;
END $$;
