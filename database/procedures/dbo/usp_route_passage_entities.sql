-- Writes the entities of some passages, all at once: what every procedure that brings entities comes to in the end.
-- p_passages: of dbo.fn_passages, each another one; p_entities: of each passage an array of {name, type, aliases?, attributes?, confidence,
-- grounding, evidence?}; unknown members are ignored.
-- OUT routed: for each item its passage's place, its own (both from 1), entity and whether that is new (said by the first passage that names it);
-- evidence_new: new links of each passage.
--
-- Identity. A row stands for a folded name (dbo.fn_name_key) and a concrete type; the same name with another type is
-- another row, and a pair for the audit. Types "unknown" and "other" clash with nothing: such a mention belongs to the one
-- concrete row of its chunk, page or tenant (dbo.fn_untyped_home), and only where there is none or several to the
-- name's one untyped row; when a concrete type comes later the untyped row takes it, and mentions are settled again.
-- A merged row keeps its name and type, and its mentions are its master's.
-- Another name (alias) holds for its chunk and for look-ups; elsewhere it makes a pair for the audit.
-- Every value is joined so that order does not matter: greatest confidence, highest state, least name by
-- dbo.fn_name_rank, all attributes said. The same again changes nothing. What a person decided stays as decided.
--
-- Writes dbo.name, dbo.dim_entity, dbo.entity_mention, dbo.evidence, dbo.fact_entity_extraction,
-- dbo.entity_dedupe_candidate, and dbo.bridge_entity_relation where mentions move. Works under the names' locks.
-- Errors: AL003 names the item that is not of this shape.
CREATE OR REPLACE FUNCTION dbo.usp_route_passage_entities(p_tenant_id integer, p_passages dbo.passage[], p_entities jsonb[],
    OUT routed dbo.passage_item[], OUT evidence_new integer[])
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off -- what is empty when a session plans is not when it has run for a day
SET plan_cache_mode = force_generic_plan -- planning takes longer than the work
SET jit = off -- short arrays are planned as long ones; compiling for them costs more than all the rest
AS $$
DECLARE
    v_items dbo.mention_item[];
    v_joined dbo.mention_item[];
    v_new bigint[];
    v_untyped bigint[];
    v_new_names bigint[];
    v_new_mentions bigint[];
    v_new_aliases bigint[];
    v_mentioned dbo.mention_item[];
    v_mention_ids bigint[];
    v_entity_ids bigint[];
    v_page_ids bigint[];
    v_places integer[];
    v_evidence dbo.evidence_item[];
    v_supported bigint[];
    v_has_moved boolean;
    v_is_fresh boolean;
    v_is_blank boolean;
    v_has_untyped boolean;
    v_has_aliases boolean;
    v_has_untyped_rows boolean;
    v_has_merged_rows boolean;
BEGIN
    routed := '{}';
    evidence_new := array_fill(0, ARRAY[cardinality(p_passages)]);
    FOR v_place IN 1 .. cardinality(p_passages) LOOP
        PERFORM dbo.fn_check_entities(p_entities[v_place], (p_passages[v_place]).text_length);
    END LOOP;

    -- What is said, and the row that has its name and type: its master, where it is merged.
    WITH said AS MATERIALIZED (
        SELECT p.passage::integer, e.place::integer AS ordinal, s.name, NULL::text AS alias_of_key, dbo.fn_name_key(s.name) AS key,
               dbo.fn_type_key(e.item ->> 'type') AS said_type, e.item
          FROM unnest(p_entities) WITH ORDINALITY p(items, passage)
         CROSS JOIN jsonb_array_elements(p.items) WITH ORDINALITY e(item, place)
         CROSS JOIN LATERAL (SELECT btrim(e.item ->> 'name', E' \t\n\r') AS name) s
    ), named AS MATERIALIZED (
        SELECT s.passage, s.ordinal, s.name, s.alias_of_key, s.key, s.said_type, s.item FROM said s
        UNION ALL
        SELECT s.passage, s.ordinal, btrim(a.alias, E' \t\n\r'), s.key, dbo.fn_name_key(btrim(a.alias, E' \t\n\r')), s.said_type, s.item
          FROM said s
         CROSS JOIN jsonb_array_elements_text(CASE WHEN jsonb_typeof(s.item -> 'aliases') = 'array'
                                                   THEN s.item -> 'aliases' ELSE '[]' END) a(alias)
         WHERE btrim(a.alias, E' \t\n\r') <> '' AND dbo.fn_name_key(btrim(a.alias, E' \t\n\r')) <> s.key
    ), locked AS MATERIALIZED (
        SELECT l.name_id, l.name_key, d.*
          FROM dbo.usp_lock_names(p_tenant_id, ARRAY(SELECT n.key FROM named n)) l
         CROSS JOIN LATERAL (
            SELECT array_agg(e.type_key) AS types, array_agg(coalesce(e.merged_into_id, e.entity_id)) AS entity_ids,
                   coalesce(bool_or(e.type_key IS NULL), false) AS has_untyped, coalesce(bool_or(e.merged_into_id IS NOT NULL), false) AS has_merged
              FROM dbo.dim_entity e WHERE e.tenant_id = p_tenant_id AND e.name_id = l.name_id) d)
    SELECT array_agg(ROW(n.ordinal, n.name, l.name_id, c.type_key, n.said_type,
                         c.confidence, n.item ->> 'grounding',
                         dbo.fn_state_by_thresholds(c.confidence, n.item ->> 'grounding', t.auto_promote, t.manual_review),
                         dbo.fn_union_attributes(ARRAY[coalesce(nullif(n.item -> 'attributes', 'null'), '{}')]), o.name_id, n.passage,
                         CASE WHEN o.name_id IS NULL AND c.type_key IS NOT NULL THEN l.entity_ids[array_position(l.types, c.type_key)] END)::dbo.mention_item
                     ORDER BY n.passage, n.ordinal),
           bool_or(o.name_id IS NULL AND c.type_key IS NULL), bool_or(o.name_id IS NOT NULL),
           bool_or(o.name_id IS NULL AND c.type_key IS NOT NULL AND l.has_untyped), bool_or(l.has_merged)
      INTO v_items, v_has_untyped, v_has_aliases, v_has_untyped_rows, v_has_merged_rows
      FROM named n
      JOIN locked l ON l.name_key = n.key
      LEFT JOIN locked o ON o.name_key = n.alias_of_key
     CROSS JOIN LATERAL (SELECT (n.item ->> 'confidence')::double precision AS confidence, nullif(nullif(n.said_type, 'unknown'), 'other') AS type_key) c
     CROSS JOIN dbo.fn_thresholds(p_tenant_id, 'entity') t;
    IF v_items IS NULL THEN
        RETURN;
    END IF;
    v_joined := dbo.fn_joined_mentions(v_items);
    v_page_ids := ARRAY(SELECT DISTINCT p.source_page_id FROM unnest(p_passages) p);
    -- Most often nothing stands on the pages yet: what cannot be there is not looked for.
    -- In an order that one index alone has: where few pages have all mentions, any index seems to come upon one soon.
    v_is_blank := NOT EXISTS (SELECT FROM unnest(v_page_ids) p(id) CROSS JOIN LATERAL (
        SELECT FROM dbo.entity_mention m WHERE m.source_page_id = p.id AND m.tenant_id = p_tenant_id ORDER BY m.source_page_id, m.name_id LIMIT 1) m);

    -- Dimensions. The first concrete type of a name is taken by its untyped row, if it has one; a merged one takes none
    -- that its master clashes with.
    IF v_has_untyped_rows THEN
        UPDATE dbo.dim_entity e SET type_key = t.type_key, entity_type = t.type_key, updated_at = now()
          FROM (SELECT i.name_id, min(i.type_key COLLATE "C") AS type_key FROM unnest(v_items) i
                 WHERE i.alias_of_name_id IS NULL AND i.type_key IS NOT NULL GROUP BY i.name_id) t
         WHERE e.tenant_id = p_tenant_id AND e.name_id = t.name_id AND e.type_key IS NULL
           AND (e.merged_into_id IS NULL OR EXISTS (SELECT FROM dbo.dim_entity o
                 WHERE o.entity_id = e.merged_into_id AND o.tenant_id = p_tenant_id AND coalesce(o.type_key, t.type_key) = t.type_key))
           AND NOT EXISTS (SELECT FROM dbo.dim_entity o
                            WHERE o.tenant_id = p_tenant_id AND o.name_id = t.name_id AND o.type_key IS NOT NULL);
    END IF;
    WITH made AS (
        INSERT INTO dbo.dim_entity AS e (tenant_id, name_id, entity_name, name_key, entity_type, type_key, confidence,
            promotion_state, attributes, support, source_llm_run_id)
        SELECT p_tenant_id, n.name_id, i.name, n.name_key, i.type_key, i.type_key, i.confidence, i.state, i.attributes, i.pages,
               (p_passages[i.passage]).run_id
          FROM (SELECT j.name_id, j.type_key, min(j.passage) AS passage, count(DISTINCT (p_passages[j.passage]).source_page_id) AS pages, max(j.confidence) AS confidence,
                       CASE WHEN count(*) = 1 THEN min(j.name) ELSE substr(min(dbo.fn_name_rank(j.name)), 6) END AS name,
                       CASE WHEN count(*) = 1 THEN min(j.state) ELSE dbo.fn_state_of_rank(max(dbo.fn_state_rank(j.state))) END AS state,
                       dbo.fn_union_attributes(array_agg(j.attributes)) AS attributes
                  FROM unnest(v_joined) j
                 WHERE j.alias_of_name_id IS NULL AND j.type_key IS NOT NULL AND j.entity_id IS NULL
                 GROUP BY j.name_id, j.type_key) i
          JOIN dbo.name n ON n.name_id = i.name_id AND n.tenant_id = p_tenant_id
         ORDER BY n.name_key COLLATE "C", i.type_key
        ON CONFLICT (tenant_id, name_id, type_key) DO NOTHING
        RETURNING e.entity_id, e.name_id)
    SELECT coalesce(array_agg(m.entity_id), '{}'), coalesce(array_agg(m.name_id), '{}') INTO v_new, v_new_names FROM made m;

    -- Mentions, those with a type first: the others' home may depend on them.
    v_mentioned := CASE WHEN v_has_untyped OR v_has_aliases
        THEN ARRAY(SELECT i FROM unnest(v_joined) i WHERE i.alias_of_name_id IS NULL AND i.type_key IS NOT NULL) ELSE v_joined END;
    SELECT w.new_names, w.mention_ids, w.entity_ids INTO v_new_mentions, v_mention_ids, v_entity_ids
      FROM dbo.usp_write_mentions(p_tenant_id, p_passages, v_mentioned, v_is_blank AND NOT v_has_untyped AND NOT v_has_aliases) w;
    v_is_fresh := NOT v_has_untyped AND cardinality(v_new_mentions) = cardinality(v_mentioned);
    IF v_has_untyped THEN
        v_untyped := ARRAY(SELECT dbo.usp_make_untyped_entities(p_tenant_id, (p_passages[1]).run_id, ARRAY(
                    SELECT i.name_id FROM unnest(v_joined) i
                     WHERE i.alias_of_name_id IS NULL AND i.type_key IS NULL
                       AND dbo.fn_untyped_home(p_tenant_id, i.name_id, (p_passages[i.passage]).source_page_id, (p_passages[i.passage]).chunk_id) IS NULL)));
        UPDATE dbo.dim_entity e SET entity_name = t.name, entity_type = t.said_type
          FROM (SELECT i.name_id, substr(min(dbo.fn_name_rank(i.name)), 6) AS name, min(i.said_type COLLATE "C") AS said_type
                  FROM unnest(v_joined) i WHERE i.alias_of_name_id IS NULL AND i.type_key IS NULL GROUP BY i.name_id) t
         WHERE e.entity_id = ANY (v_untyped) AND e.name_id = t.name_id;
        PERFORM dbo.usp_write_mentions(p_tenant_id, p_passages,
                                       ARRAY(SELECT i FROM unnest(v_joined) i WHERE i.alias_of_name_id IS NULL AND i.type_key IS NULL));
    END IF;
    IF v_has_aliases THEN
        v_new_aliases := (dbo.usp_write_mentions(p_tenant_id, p_passages, ARRAY(SELECT i FROM unnest(v_joined) i WHERE i.alias_of_name_id IS NOT NULL))).new_names;
    END IF;
    v_has_moved := dbo.usp_settle_untyped_mentions(p_tenant_id, v_new_names, v_page_ids,
                                   ARRAY(SELECT i.name_id FROM unnest(v_items) i WHERE i.alias_of_name_id IS NULL));

    -- Resolve again, then enrich. From here an item's entity is its mention's.
    IF cardinality(v_mention_ids) = cardinality(v_items) THEN -- each is a mention of its own, just made
        SELECT array_agg(ROW(i.ordinal, i.name, i.name_id, i.type_key, i.said_type, i.confidence, i.grounding, i.state, i.attributes, NULL, i.passage,
                             i.new_entity_id)::dbo.mention_item)
          INTO v_items
          FROM unnest(v_items, v_entity_ids) i(ordinal, name, name_id, type_key, said_type, confidence, grounding, state, attributes, alias_of_name_id, passage,
                                               entity_id, new_entity_id);
    ELSE
        SELECT array_agg(ROW(i.ordinal, i.name, i.name_id, i.type_key, i.said_type, i.confidence, i.grounding, i.state, i.attributes, NULL, i.passage,
                             m.entity_id)::dbo.mention_item ORDER BY i.passage, i.ordinal),
               array_agg(m.mention_id ORDER BY i.passage, i.ordinal)
          INTO v_items, v_mention_ids
          FROM unnest(v_items) i
          JOIN dbo.entity_mention m ON m.name_id = i.name_id AND m.source_page_id = (p_passages[i.passage]).source_page_id
           AND m.chunk_id IS NOT DISTINCT FROM (p_passages[i.passage]).chunk_id AND m.type_key IS NOT DISTINCT FROM i.type_key AND m.alias_of IS NULL
         WHERE i.alias_of_name_id IS NULL;
    END IF;
    -- All that was said of rows that are new is in them, but where untyped mentions came home to them.
    WITH said AS MATERIALIZED (
        SELECT i.entity_id, min(dbo.fn_name_rank(i.name)) FILTER (WHERE o.is_own) AS name_rank,
               min(i.said_type COLLATE "C") FILTER (WHERE o.is_own) AS said_type,
               max(i.confidence) AS confidence, dbo.fn_union_attributes(array_agg(i.attributes)) AS attributes,
               dbo.fn_state_of_rank(max(dbo.fn_state_rank(i.state))) AS state,
               array_agg(DISTINCT (p_passages[i.passage]).source_page_id) AS page_ids
          FROM unnest(v_items) i
         CROSS JOIN LATERAL (SELECT NOT v_has_merged_rows OR EXISTS (
                SELECT FROM dbo.dim_entity d WHERE d.entity_id = i.entity_id AND d.tenant_id = p_tenant_id AND d.name_id = i.name_id) AS is_own OFFSET 0) o
         WHERE v_has_untyped OR i.entity_id <> ALL (v_new)
         GROUP BY i.entity_id
    ), counted AS MATERIALIZED (
        SELECT s.*, CASE WHEN s.entity_id = ANY (v_new) THEN 0 WHEN v_is_blank THEN cardinality(s.page_ids) ELSE (
                SELECT count(*)::integer FROM unnest(s.page_ids) p(page_id)
                 WHERE NOT EXISTS (SELECT FROM dbo.evidence v WHERE v.target_table = 'dbo.dim_entity' AND v.target_id = s.entity_id
                                      AND v.source_page_id = p.page_id AND v.tenant_id = p_tenant_id)) END AS pages_new
          FROM said s
    ), enriched AS (
        UPDATE dbo.dim_entity e
           SET entity_name = CASE WHEN dbo.fn_is_decided(e.promotion_state) THEN e.entity_name
                                  ELSE substr(least(dbo.fn_name_rank(e.entity_name), t.name_rank), 6) END,
               entity_type = CASE WHEN e.type_key IS NULL AND NOT dbo.fn_is_decided(e.promotion_state) THEN least(e.entity_type COLLATE "C", t.said_type) ELSE e.entity_type END,
               confidence = greatest(e.confidence, t.confidence),
               attributes = dbo.fn_enriched_attributes(e.promotion_state, e.attributes, t.attributes),
               promotion_state = dbo.fn_risen_state(e.promotion_state, t.state), support = e.support + t.pages_new, updated_at = now()
          FROM counted t
         WHERE e.entity_id = t.entity_id AND e.tenant_id = p_tenant_id
           AND (t.pages_new > 0
                OR NOT dbo.fn_is_decided(e.promotion_state)
                    AND (e.entity_name <> substr(least(dbo.fn_name_rank(e.entity_name), t.name_rank), 6)
                         OR e.type_key IS NULL AND t.said_type < e.entity_type COLLATE "C")
                OR e.confidence < t.confidence
                OR e.attributes <> dbo.fn_enriched_attributes(e.promotion_state, e.attributes, t.attributes)
                OR e.promotion_state <> dbo.fn_risen_state(e.promotion_state, t.state)))
    SELECT array_agg(c.entity_id) FILTER (WHERE c.pages_new > 0) INTO v_supported FROM counted c;

    SELECT array_agg(i.passage), array_agg(ROW('dbo.dim_entity', i.entity_id, v.char_start, v.char_end, v.quote, v.grounding, i.confidence, i.state,
                                               i.mention_id, NULL, NULL)::dbo.evidence_item)
      INTO v_places, v_evidence
      FROM unnest(v_items, v_mention_ids) i(ordinal, name, name_id, type_key, said_type, confidence, grounding, state, attributes, alias_of_name_id, passage,
                                            entity_id, mention_id)
     CROSS JOIN LATERAL dbo.fn_evidence_pieces(p_entities[i.passage] -> (i.ordinal - 1), (p_passages[i.passage]).char_start, (p_passages[i.passage]).char_end) v;
    evidence_new := dbo.usp_link_evidence(p_tenant_id, p_passages, v_places, v_evidence, v_is_fresh);
    IF v_has_untyped OR v_has_moved THEN -- rows got evidence of other passages too
        PERFORM dbo.usp_count_support(p_tenant_id, 'dbo.dim_entity', 'entity_id', ARRAY(SELECT DISTINCT i.entity_id FROM unnest(v_items) i));
    END IF;
    IF v_supported IS NOT NULL AND EXISTS (SELECT FROM dbo.retired_row r WHERE r.tenant_id = p_tenant_id) THEN
        PERFORM dbo.usp_revive_rows(p_tenant_id, ARRAY(SELECT ROW('dbo.dim_entity', s.id)::dbo.row_reference FROM unnest(v_supported) s(id)));
    END IF;
    v_new := v_new || v_untyped;
    IF v_new_names || v_new_aliases || v_untyped <> '{}' THEN
        PERFORM dbo.usp_note_dedupe_candidates(p_tenant_id, v_new_names || v_new_aliases
            || ARRAY(SELECT e.name_id FROM dbo.dim_entity e WHERE e.entity_id = ANY (v_untyped)));
    END IF;
    PERFORM dbo.usp_note_extractions(p_tenant_id, p_passages, v_mention_ids, v_items, v_is_fresh);

    routed := ARRAY(
        SELECT ROW(r.passage, r.ordinal, r.entity_id, r.is_new AND r.passage = r.first_passage)::dbo.passage_item
          FROM (SELECT i.passage, i.ordinal, i.entity_id, i.entity_id = ANY (v_new) AS is_new, min(i.passage) OVER (PARTITION BY i.entity_id) AS first_passage
                  FROM unnest(v_items) i) r
         ORDER BY r.passage, r.ordinal);
END $$;
