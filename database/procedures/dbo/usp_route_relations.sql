-- Writes the relations of one passage: the step that every procedure which brings relations shares.
-- p_relations: array of {subject, predicate, object, subject_type?, object_type?, confidence, grounding, evidence?,
--   start_date?, end_date?, start_text?, end_text?, start_precision?, end_precision?, start_work?, end_work?,
--   work_context?, attributes?}; unknown members are ignored. p_job_type, p_contract_version as for entities.
-- OUT routed: for each item its place (from 1), relation and whether that is new; evidence_new: new links;
--   entities: the ends as routed entities.
--
-- Ends. A name means the entity that the passage mentions under it, by name or alias. One that the passage does not
-- mention yet becomes a mention of it, backed by the relation's evidence, of the type said or unknown; from there
-- dbo.usp_route_entities decides (page, then tenant, else a new row), and relations follow when a mention moves.
-- A row stands for ends, type and bounds: other bounds are another row, so that contradictions stay visible.
-- A span that ends before it begins is kept, but as a candidate at most; what an entity that a person rejected is an end of
-- is suppressed. The same again changes nothing. What a person decided stays as decided.
--
-- Writes what dbo.usp_route_entities writes, dbo.dim_work, dbo.bridge_entity_relation, dbo.evidence.
-- Errors: AL003 names the item that is not of this shape; AL004 unknown tenant, page, chunk or run.
CREATE OR REPLACE FUNCTION dbo.usp_route_relations(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint,
    p_chunk_id bigint, p_job_type text, p_contract_version text, p_relations jsonb,
    OUT routed dbo.routed_item[], OUT evidence_new integer, OUT entities dbo.routed_item[])
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off -- what is empty when a session plans is not when it has run for a day
SET plan_cache_mode = force_generic_plan -- planning takes longer than the work
SET jit = off -- short arrays are planned as long ones; compiling for them costs more than all the rest
AS $$
DECLARE
    v_passage record;
    v_keys text[];
    v_types text[];
    v_mention_ids bigint[];
    v_entity_ids bigint[];
    v_ends jsonb;
    v_rejected bigint[];
    v_items dbo.relation_item[];
    v_new bigint[];
    v_size integer := jsonb_array_length(CASE WHEN jsonb_typeof(p_relations) = 'array' THEN p_relations ELSE '[]' END);
BEGIN
    SELECT * INTO v_passage FROM dbo.fn_require_passage(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id);
    PERFORM dbo.fn_check_relations(p_relations, v_passage.text_length);
    evidence_new := 0;
    routed := '{}';
    entities := '{}';
    IF v_size = 0 THEN
        RETURN;
    END IF;

    -- The ends of relation n are at n and v_size + n.
    SELECT array_agg(dbo.fn_name_key(btrim(e.item ->> s.member, E' \t\n\r')) ORDER BY s.turn, e.place),
           array_agg(e.item ->> (s.member || '_type') ORDER BY s.turn, e.place)
      INTO v_keys, v_types
      FROM jsonb_array_elements(p_relations) WITH ORDINALITY e(item, place)
     CROSS JOIN (VALUES (1, 'subject'), (2, 'object')) s(turn, member);
    -- All names at once, so that the locks are taken in one order.
    PERFORM dbo.usp_lock_names(p_tenant_id, v_keys || ARRAY(
        SELECT dbo.fn_name_key(btrim(n.name, E' \t\n\r')) FROM jsonb_array_elements(p_relations) e(item)
         CROSS JOIN LATERAL (VALUES (e.item ->> 'start_work'), (e.item ->> 'end_work')) n(name)
         WHERE n.name IS NOT NULL));

    FOR v_look IN 1 .. 2 LOOP
        SELECT array_agg(m.mention_id ORDER BY k.place), array_agg(m.entity_id ORDER BY k.place) INTO v_mention_ids, v_entity_ids
          FROM generate_series(1, 2 * v_size) k(place)
          LEFT JOIN dbo.fn_passage_mentions(p_tenant_id, p_source_page_id, p_chunk_id, v_keys, v_types) m USING (place);
        EXIT WHEN v_look = 2 OR array_position(v_mention_ids, NULL) IS NULL;
        SELECT jsonb_agg(jsonb_build_object('name', e.item -> s.member, 'type', coalesce(e.item ->> (s.member || '_type'), 'unknown'),
                    'confidence', e.item -> 'confidence', 'grounding', e.item -> 'grounding', 'evidence', e.item -> 'evidence'))
          INTO v_ends
          FROM jsonb_array_elements(p_relations) WITH ORDINALITY e(item, place)
         CROSS JOIN (VALUES (0, 'subject'), (1, 'object')) s(turn, member)
         WHERE v_mention_ids[s.turn * v_size + e.place] IS NULL;
        SELECT r.routed, r.evidence_new INTO entities, evidence_new
          FROM dbo.usp_route_entities(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, p_job_type, p_contract_version, v_ends) r;
    END LOOP;

    v_rejected := ARRAY(SELECT d.entity_id FROM dbo.dim_entity d
        WHERE d.entity_id = ANY (v_entity_ids) AND d.tenant_id = p_tenant_id AND d.promotion_state = 'rejected');
    WITH work AS MATERIALIZED (
        SELECT w.name_key, w.work_id FROM dbo.usp_resolve_works(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id,
            p_relations, v_passage.char_start, v_passage.char_end) w)
    SELECT array_agg(ROW(e.place, v_mention_ids[e.place], v_mention_ids[v_size + e.place], v_entity_ids[e.place],
                v_entity_ids[v_size + e.place], dbo.fn_type_key(e.item ->> 'predicate'), c.confidence, e.item ->> 'grounding',
                CASE WHEN c.state IN ('promoted', 'candidate') AND ARRAY[v_entity_ids[e.place], v_entity_ids[v_size + e.place]] && v_rejected
                     THEN 'suppressed'
                     WHEN (e.item ->> 'end_date')::date < (e.item ->> 'start_date')::date AND c.state = 'promoted'
                     THEN 'candidate' ELSE c.state END,
                (e.item ->> 'start_date')::date, (e.item ->> 'end_date')::date,
                coalesce(e.item ->> 'start_text', e.item ->> 'start_work'), coalesce(e.item ->> 'end_text', e.item ->> 'end_work'),
                e.item ->> 'start_precision', e.item ->> 'end_precision',
                (SELECT w.work_id FROM work w WHERE w.name_key = dbo.fn_name_key(btrim(e.item ->> 'start_work', E' \t\n\r'))),
                (SELECT w.work_id FROM work w WHERE w.name_key = dbo.fn_name_key(btrim(e.item ->> 'end_work', E' \t\n\r'))),
                e.item ->> 'work_context', coalesce(nullif(e.item -> 'attributes', 'null'), '{}'))::dbo.relation_item
                ORDER BY e.place)
      INTO v_items
      FROM dbo.fn_thresholds(p_tenant_id, 'relation') t
     CROSS JOIN jsonb_array_elements(p_relations) WITH ORDINALITY e(item, place)
     CROSS JOIN LATERAL (SELECT (e.item ->> 'confidence')::double precision AS confidence, dbo.fn_state_by_thresholds(
            (e.item ->> 'confidence')::double precision, e.item ->> 'grounding', t.auto_promote, t.manual_review) AS state) c;

    WITH made AS (
        INSERT INTO dbo.bridge_entity_relation AS r (tenant_id, from_entity_id, to_entity_id, relation_type, start_date,
            end_date, start_work_id, end_work_id, confidence, promotion_state, attributes, start_text, end_text, start_precision,
            end_precision, work_context, support, source_llm_run_id)
        SELECT p_tenant_id, i.from_entity_id, i.to_entity_id, i.relation_type, i.start_date, i.end_date,
               i.start_work_id, i.end_work_id, max(i.confidence),
               dbo.fn_state_of_rank(max(dbo.fn_state_rank(i.state))), dbo.fn_union_attributes(array_agg(i.attributes)),
               min(i.start_text COLLATE "C"), min(i.end_text COLLATE "C"), min(i.start_precision COLLATE "C"),
               min(i.end_precision COLLATE "C"), min(i.work_context COLLATE "C"), 1, p_run_id
          FROM unnest(v_items) i
         GROUP BY i.from_entity_id, i.to_entity_id, i.relation_type, i.start_date, i.end_date, i.start_work_id, i.end_work_id
         ORDER BY i.from_entity_id, i.to_entity_id, i.relation_type, i.start_date, i.end_date, i.start_work_id, i.end_work_id
        ON CONFLICT (tenant_id, from_entity_id, to_entity_id, relation_type, start_date, end_date, start_work_id, end_work_id)
        DO NOTHING
        RETURNING r.relation_id)
    SELECT coalesce(array_agg(m.relation_id), '{}') INTO v_new FROM made m;

    SELECT array_agg(ROW(i.ordinal, r.relation_id, r.relation_id = ANY (v_new))::dbo.routed_item ORDER BY i.ordinal) INTO routed
      FROM unnest(v_items) i
      JOIN dbo.bridge_entity_relation r ON r.tenant_id = p_tenant_id AND r.from_entity_id = i.from_entity_id
       AND r.to_entity_id = i.to_entity_id AND r.relation_type = i.relation_type
       AND r.start_date IS NOT DISTINCT FROM i.start_date AND r.end_date IS NOT DISTINCT FROM i.end_date
       AND r.start_work_id IS NOT DISTINCT FROM i.start_work_id AND r.end_work_id IS NOT DISTINCT FROM i.end_work_id;

    UPDATE dbo.bridge_entity_relation r
       SET confidence = greatest(r.confidence, t.confidence),
           promotion_state = dbo.fn_risen_state(r.promotion_state, t.state),
           attributes = dbo.fn_enriched_attributes(r.promotion_state, r.attributes, t.attributes),
           start_text = CASE WHEN dbo.fn_is_decided(r.promotion_state) THEN r.start_text ELSE least(r.start_text COLLATE "C", t.start_text) END,
           end_text = CASE WHEN dbo.fn_is_decided(r.promotion_state) THEN r.end_text ELSE least(r.end_text COLLATE "C", t.end_text) END,
           start_precision = CASE WHEN dbo.fn_is_decided(r.promotion_state) THEN r.start_precision
                                  ELSE least(r.start_precision COLLATE "C", t.start_precision) END,
           end_precision = CASE WHEN dbo.fn_is_decided(r.promotion_state) THEN r.end_precision
                                ELSE least(r.end_precision COLLATE "C", t.end_precision) END,
           work_context = CASE WHEN dbo.fn_is_decided(r.promotion_state) THEN r.work_context
                               ELSE least(r.work_context COLLATE "C", t.work_context) END, updated_at = now()
      FROM (SELECT x.target_id, max(i.confidence) AS confidence,
                   dbo.fn_state_of_rank(max(dbo.fn_state_rank(i.state))) AS state,
                   dbo.fn_union_attributes(array_agg(i.attributes)) AS attributes,
                   min(i.start_text COLLATE "C") AS start_text, min(i.end_text COLLATE "C") AS end_text,
                   min(i.start_precision COLLATE "C") AS start_precision, min(i.end_precision COLLATE "C") AS end_precision,
                   min(i.work_context COLLATE "C") AS work_context
              FROM unnest(v_items) i JOIN unnest(routed) x ON x.ordinal = i.ordinal AND NOT x.is_new GROUP BY x.target_id) t
     WHERE r.relation_id = t.target_id AND r.tenant_id = p_tenant_id
       AND (r.confidence < t.confidence
            OR r.promotion_state <> dbo.fn_risen_state(r.promotion_state, t.state)
            OR r.attributes <> dbo.fn_enriched_attributes(r.promotion_state, r.attributes, t.attributes)
            OR NOT dbo.fn_is_decided(r.promotion_state)
               AND (r.start_text, r.end_text, r.start_precision, r.end_precision, r.work_context)
               IS DISTINCT FROM (least(r.start_text COLLATE "C", t.start_text), least(r.end_text COLLATE "C", t.end_text),
                   least(r.start_precision COLLATE "C", t.start_precision),
                   least(r.end_precision COLLATE "C", t.end_precision), least(r.work_context COLLATE "C", t.work_context)));

    evidence_new := evidence_new + dbo.usp_add_evidence(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, ARRAY(
        SELECT ROW('dbo.bridge_entity_relation', x.target_id, v.char_start, v.char_end, v.quote, v.grounding, i.confidence,
                   i.state, i.from_mention_id, i.to_mention_id, jsonb_strip_nulls(jsonb_build_object('start_text', i.start_text,
                   'end_text', i.end_text, 'start_precision', i.start_precision, 'end_precision', i.end_precision,
                   'work_context', i.work_context, 'attributes', nullif(i.attributes, '{}'))))::dbo.evidence_item
          FROM unnest(v_items) i JOIN unnest(routed) x ON x.ordinal = i.ordinal
         CROSS JOIN LATERAL dbo.fn_evidence_pieces(p_relations -> (i.ordinal - 1), v_passage.char_start, v_passage.char_end) v), v_new);
END $$;
