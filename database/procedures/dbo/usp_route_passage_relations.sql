-- Writes the relations of some passages, all at once: what every procedure that brings relations comes to in the end.
-- p_passages: of dbo.fn_passages, each another one; p_relations: of each passage an array of {subject, predicate, object, subject_type?,
--   object_type?, confidence, grounding, evidence?, start_date?, end_date?, start_text?, end_text?, start_precision?, end_precision?, start_work?,
--   end_work?, work_context?, attributes?}; unknown members are ignored; p_is_locked: the caller holds the locks of all names in them.
-- OUT routed: for each item its passage's place, its own (both from 1), relation and whether that is new (said by the first passage that says it);
--   evidence_new: new links of each passage; entities: the ends as routed entities.
--
-- Ends. A name means the entity that the passage mentions under it, by name or alias. One that the passage does not
-- mention yet becomes a mention of it, backed by the relation's evidence, of the type said or unknown; from there
-- dbo.usp_route_passage_entities decides (page, then tenant, else a new row), and relations follow when a mention moves.
-- A row stands for ends, type and bounds: other bounds are another row, so that contradictions stay visible.
-- A span that ends before it begins is kept, but as a candidate at most; what an entity that a person rejected is an end of
-- is suppressed. The same again changes nothing. What a person decided stays as decided.
--
-- Writes what dbo.usp_route_passage_entities writes, dbo.dim_work, dbo.bridge_entity_relation, dbo.evidence.
-- Errors: AL003 names the item that is not of this shape.
CREATE OR REPLACE FUNCTION dbo.usp_route_passage_relations(p_tenant_id integer, p_passages dbo.passage[], p_relations jsonb[],
    p_is_locked boolean DEFAULT false, OUT routed dbo.passage_item[], OUT evidence_new integer[], OUT entities dbo.passage_item[])
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off -- what is empty when a session plans is not when it has run for a day
SET plan_cache_mode = force_generic_plan -- planning takes longer than the work
SET jit = off -- short arrays are planned as long ones; compiling for them costs more than all the rest
AS $$
DECLARE
    v_passages integer[];
    v_keys text[];
    v_types text[];
    v_mention_ids bigint[];
    v_entity_ids bigint[];
    v_has_works boolean;
    v_work_places integer[] := '{}';
    v_work_keys text[] := '{}';
    v_work_ids bigint[] := '{}';
    v_rejected bigint[];
    v_items dbo.relation_item[];
    v_new bigint[];
    v_supported bigint[];
    v_places integer[];
    v_evidence dbo.evidence_item[];
    v_routed record;
    v_size integer;
BEGIN
    routed := '{}';
    entities := '{}';
    evidence_new := array_fill(0, ARRAY[cardinality(p_passages)]);
    FOR v_place IN 1 .. cardinality(p_passages) LOOP
        PERFORM dbo.fn_check_relations(p_relations[v_place], (p_passages[v_place]).text_length);
    END LOOP;

    -- The relations of all passages in one order; the ends of relation n are at n and v_size + n.
    SELECT count(*) FILTER (WHERE s.turn = 1), array_agg(p.passage::integer ORDER BY s.turn, p.passage, e.place),
           array_agg(dbo.fn_name_key(btrim(e.item ->> s.member, E' \t\n\r')) ORDER BY s.turn, p.passage, e.place),
           array_agg(e.item ->> (s.member || '_type') ORDER BY s.turn, p.passage, e.place),
           bool_or(e.item ?| ARRAY['start_work', 'end_work'])
      INTO v_size, v_passages, v_keys, v_types, v_has_works
      FROM unnest(p_relations) WITH ORDINALITY p(items, passage)
     CROSS JOIN jsonb_array_elements(p.items) WITH ORDINALITY e(item, place)
     CROSS JOIN (VALUES (1, 'subject'), (2, 'object')) s(turn, member);
    IF v_size = 0 THEN
        RETURN;
    END IF;
    -- All names at once, so that the locks are taken in one order.
    IF NOT p_is_locked THEN
        PERFORM dbo.usp_lock_names(p_tenant_id, CASE WHEN v_has_works THEN v_keys || ARRAY(
            SELECT dbo.fn_name_key(btrim(n.name, E' \t\n\r')) FROM unnest(p_relations) p(items)
             CROSS JOIN jsonb_array_elements(p.items) e(item)
             CROSS JOIN LATERAL (VALUES (e.item ->> 'start_work'), (e.item ->> 'end_work')) n(name)
             WHERE n.name IS NOT NULL) ELSE v_keys END);
    END IF;

    FOR v_look IN 1 .. 2 LOOP
        SELECT array_agg(m.mention_id ORDER BY k.place), array_agg(m.entity_id ORDER BY k.place) INTO v_mention_ids, v_entity_ids
          FROM generate_series(1, 2 * v_size) k(place)
          LEFT JOIN dbo.fn_mentions_of_passages(p_tenant_id, p_passages, v_passages, v_keys, v_types) m USING (place);
        EXIT WHEN v_look = 2 OR array_position(v_mention_ids, NULL) IS NULL;
        SELECT r.routed, r.evidence_new INTO entities, evidence_new
          FROM dbo.usp_route_passage_entities(p_tenant_id, p_passages, (
            SELECT array_agg(coalesce(n.ends, '[]') ORDER BY n.passage)
              FROM (SELECT p.passage, jsonb_agg(jsonb_build_object('name', r.item -> s.member, 'type', coalesce(r.item ->> (s.member || '_type'), 'unknown'),
                               'confidence', r.item -> 'confidence', 'grounding', r.item -> 'grounding', 'evidence', r.item -> 'evidence'))
                               FILTER (WHERE v_mention_ids[s.turn * v_size + r.place] IS NULL AND r.item IS NOT NULL) AS ends
                      FROM generate_subscripts(p_passages, 1) p(passage)
                      LEFT JOIN (SELECT q.passage, e.item, row_number() OVER (ORDER BY q.passage, e.place) AS place
                                   FROM unnest(p_relations) WITH ORDINALITY q(items, passage)
                                  CROSS JOIN jsonb_array_elements(q.items) WITH ORDINALITY e(item, place)) r ON r.passage = p.passage
                     CROSS JOIN (VALUES (0, 'subject'), (1, 'object')) s(turn, member)
                     GROUP BY p.passage) n)) r;
    END LOOP;

    -- Nothing is rejected where no person has decided about an entity yet.
    v_rejected := CASE WHEN EXISTS (SELECT FROM dbo.audit_entity_adjudication a WHERE a.tenant_id = p_tenant_id AND a.item_type = 'entity')
        THEN ARRAY(SELECT d.entity_id FROM dbo.dim_entity d
                    WHERE d.entity_id = ANY (v_entity_ids) AND d.tenant_id = p_tenant_id AND d.promotion_state = 'rejected') ELSE '{}' END;
    IF v_has_works THEN
        SELECT array_agg(p.place), array_agg(w.name_key), array_agg(w.work_id) INTO v_work_places, v_work_keys, v_work_ids
          FROM unnest(p_passages) WITH ORDINALITY p(source_page_id, chunk_id, run_id, job_type, contract_version, text_length, char_start, char_end, place)
         CROSS JOIN LATERAL dbo.usp_resolve_works(p_tenant_id, p.run_id, p.source_page_id, p.chunk_id, p_relations[p.place], p.char_start, p.char_end) w;
    END IF;
    WITH work AS MATERIALIZED (SELECT w.place, w.name_key, w.work_id FROM unnest(v_work_places, v_work_keys, v_work_ids) w(place, name_key, work_id)
    ), said AS MATERIALIZED (
        SELECT p.passage::integer, e.place::integer AS ordinal, e.item, row_number() OVER (ORDER BY p.passage, e.place)::integer AS place
          FROM unnest(p_relations) WITH ORDINALITY p(items, passage) CROSS JOIN jsonb_array_elements(p.items) WITH ORDINALITY e(item, place))
    SELECT array_agg(ROW(e.ordinal, v_mention_ids[e.place], v_mention_ids[v_size + e.place], v_entity_ids[e.place],
                v_entity_ids[v_size + e.place], dbo.fn_type_key(e.item ->> 'predicate'), c.confidence, e.item ->> 'grounding',
                CASE WHEN c.state IN ('promoted', 'candidate') AND ARRAY[v_entity_ids[e.place], v_entity_ids[v_size + e.place]] && v_rejected
                     THEN 'suppressed'
                     WHEN (e.item ->> 'end_date')::date < (e.item ->> 'start_date')::date AND c.state = 'promoted'
                     THEN 'candidate' ELSE c.state END,
                (e.item ->> 'start_date')::date, (e.item ->> 'end_date')::date,
                coalesce(e.item ->> 'start_text', e.item ->> 'start_work'), coalesce(e.item ->> 'end_text', e.item ->> 'end_work'),
                e.item ->> 'start_precision', e.item ->> 'end_precision',
                CASE WHEN v_has_works THEN (SELECT w.work_id FROM work w WHERE w.place = e.passage
                                               AND w.name_key = dbo.fn_name_key(btrim(e.item ->> 'start_work', E' \t\n\r'))) END,
                CASE WHEN v_has_works THEN (SELECT w.work_id FROM work w WHERE w.place = e.passage
                                               AND w.name_key = dbo.fn_name_key(btrim(e.item ->> 'end_work', E' \t\n\r'))) END,
                e.item ->> 'work_context', coalesce(nullif(e.item -> 'attributes', 'null'), '{}'), e.passage)::dbo.relation_item
                ORDER BY v_entity_ids[e.place], v_entity_ids[v_size + e.place], dbo.fn_type_key(e.item ->> 'predicate'), e.place)
      INTO v_items
      FROM dbo.fn_thresholds(p_tenant_id, 'relation') t
     CROSS JOIN said e
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
               min(i.end_precision COLLATE "C"), min(i.work_context COLLATE "C"), count(DISTINCT (p_passages[i.passage]).source_page_id),
               (p_passages[min(i.passage)]).run_id
          FROM unnest(v_items) i
         GROUP BY i.from_entity_id, i.to_entity_id, i.relation_type, i.start_date, i.end_date, i.start_work_id, i.end_work_id
         ORDER BY i.from_entity_id, i.to_entity_id, i.relation_type, i.start_date, i.end_date, i.start_work_id, i.end_work_id
        ON CONFLICT (tenant_id, from_entity_id, to_entity_id, relation_type, start_date, end_date, start_work_id, end_work_id)
        DO NOTHING
        RETURNING r.relation_id)
    SELECT coalesce(array_agg(m.relation_id), '{}') INTO v_new FROM made m;

    -- Where each is a row of its own and new, rows are in the order of the items; what differs in bounds alone is looked up like all others.
    IF cardinality(v_new) = v_size AND NOT EXISTS (
        SELECT FROM unnest(v_items, v_items[2:]) i(ordinal, from_mention_id, to_mention_id, from_entity_id, to_entity_id, relation_type, confidence, grounding, state,
                 start_date, end_date, start_text, end_text, start_precision, end_precision, start_work_id, end_work_id, work_context, attributes, passage,
                 ordinal_2, from_mention_id_2, to_mention_id_2, from_entity_id_2, to_entity_id_2, relation_type_2)
         WHERE i.from_entity_id = i.from_entity_id_2 AND i.to_entity_id = i.to_entity_id_2 AND i.relation_type = i.relation_type_2) THEN
        SELECT array_agg(ROW(i.passage, i.ordinal, i.relation_id, true)::dbo.passage_item) INTO routed
          FROM unnest(v_items, v_new) i(ordinal, from_mention_id, to_mention_id, from_entity_id, to_entity_id, relation_type, confidence, grounding, state,
                   start_date, end_date, start_text, end_text, start_precision, end_precision, start_work_id, end_work_id, work_context, attributes, passage, relation_id);
    ELSE
        SELECT array_agg(ROW(i.passage, i.ordinal, r.relation_id, r.relation_id = ANY (v_new))::dbo.passage_item ORDER BY i.place) INTO routed
          FROM unnest(v_items) WITH ORDINALITY i(ordinal, from_mention_id, to_mention_id, from_entity_id, to_entity_id, relation_type, confidence, grounding, state,
                   start_date, end_date, start_text, end_text, start_precision, end_precision, start_work_id, end_work_id, work_context, attributes, passage, place)
          JOIN dbo.bridge_entity_relation r ON r.tenant_id = p_tenant_id AND r.from_entity_id = i.from_entity_id
           AND r.to_entity_id = i.to_entity_id AND r.relation_type = i.relation_type
           AND r.start_date IS NOT DISTINCT FROM i.start_date AND r.end_date IS NOT DISTINCT FROM i.end_date
           AND r.start_work_id IS NOT DISTINCT FROM i.start_work_id AND r.end_work_id IS NOT DISTINCT FROM i.end_work_id;
    END IF;

    IF EXISTS (SELECT FROM unnest(routed) x WHERE NOT x.is_new) THEN
        v_supported := dbo.usp_enrich_relations(p_tenant_id, p_passages, v_items, routed);
    END IF;
    -- Items and what they became are in one order.
    SELECT array_agg(i.passage), array_agg(ROW('dbo.bridge_entity_relation', i.target_id, v.char_start, v.char_end, v.quote, v.grounding, i.confidence,
                i.state, i.from_mention_id, i.to_mention_id, jsonb_strip_nulls(jsonb_build_object('start_text', i.start_text,
                'end_text', i.end_text, 'start_precision', i.start_precision, 'end_precision', i.end_precision,
                'work_context', i.work_context, 'attributes', nullif(i.attributes, '{}'))))::dbo.evidence_item)
      INTO v_places, v_evidence
      FROM unnest(v_items, routed) i(ordinal, from_mention_id, to_mention_id, from_entity_id, to_entity_id, relation_type, confidence, grounding, state,
               start_date, end_date, start_text, end_text, start_precision, end_precision, start_work_id, end_work_id, work_context, attributes, passage,
               of_passage, of_ordinal, target_id, is_new)
     CROSS JOIN LATERAL dbo.fn_evidence_pieces(p_relations[i.passage] -> (i.ordinal - 1), (p_passages[i.passage]).char_start, (p_passages[i.passage]).char_end) v;
    evidence_new := ARRAY(SELECT a + b FROM unnest(evidence_new, dbo.usp_link_evidence(p_tenant_id, p_passages, v_places, v_evidence,
                              cardinality(v_new) > 0 AND NOT EXISTS (SELECT FROM unnest(routed) x WHERE NOT x.is_new))) WITH ORDINALITY n(a, b, place) ORDER BY n.place);
    IF v_supported IS NOT NULL AND EXISTS (SELECT FROM dbo.retired_row r WHERE r.tenant_id = p_tenant_id) THEN
        PERFORM dbo.usp_revive_rows(p_tenant_id, ARRAY(SELECT ROW('dbo.bridge_entity_relation', s.id)::dbo.row_reference FROM unnest(v_supported) s(id)));
    END IF;
    -- In the order of the passages; what several say is new with the first.
    IF v_size > 1 THEN
        routed := ARRAY(SELECT ROW(r.passage, r.ordinal, r.target_id, r.is_new AND r.passage = r.first_passage)::dbo.passage_item
                          FROM (SELECT x.*, min(x.passage) OVER (PARTITION BY x.target_id) AS first_passage FROM unnest(routed) x) r
                         ORDER BY r.passage, r.ordinal);
    END IF;
END $$;
