-- Writes the entities of one passage: the step that every procedure which brings entities shares.
-- p_entities: array of {name, type, aliases?, attributes?, confidence, grounding, evidence?}; unknown members are
-- ignored. p_job_type, p_contract_version: what they were extracted under, or null.
-- OUT routed: for each item its place (from 1), entity and whether that is new; evidence_new: new links.
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
-- Errors: AL003 names the item that is not of this shape; AL004 unknown tenant, page, chunk or run.
CREATE OR REPLACE FUNCTION dbo.usp_route_entities(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint,
    p_chunk_id bigint, p_job_type text, p_contract_version text, p_entities jsonb,
    OUT routed dbo.routed_item[], OUT evidence_new integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off -- what is empty when a session plans is not when it has run for a day
SET plan_cache_mode = force_generic_plan -- planning takes longer than the work
SET jit = off -- short arrays are planned as long ones; compiling for them costs more than all the rest
AS $$
DECLARE
    v_passage record;
    v_items dbo.mention_item[];
    v_joined dbo.mention_item[];
    v_new bigint[];
    v_settled bigint[];
    v_untyped bigint[];
    v_new_names bigint[];
    v_new_aliases bigint[];
    v_ordinals integer[];
    v_mention_ids bigint[];
    v_entity_ids bigint[];
    v_is_rerun boolean;
    v_has_untyped boolean;
    v_has_aliases boolean;
BEGIN
    SELECT * INTO v_passage FROM dbo.fn_require_passage(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id);
    PERFORM dbo.fn_check_entities(p_entities, v_passage.text_length);
    evidence_new := 0;
    routed := '{}';

    WITH said AS MATERIALIZED (
        SELECT e.place::integer AS ordinal, s.name, NULL::text AS alias_of_key, dbo.fn_name_key(s.name) AS key,
               dbo.fn_type_key(e.item ->> 'type') AS said_type, e.item
          FROM jsonb_array_elements(p_entities) WITH ORDINALITY e(item, place)
         CROSS JOIN LATERAL (SELECT btrim(e.item ->> 'name', E' \t\n\r') AS name) s
    ), named AS MATERIALIZED (
        SELECT s.ordinal, s.name, s.alias_of_key, s.key, s.said_type, s.item FROM said s
        UNION ALL
        SELECT s.ordinal, btrim(a.alias, E' \t\n\r'), s.key, dbo.fn_name_key(btrim(a.alias, E' \t\n\r')), s.said_type, s.item
          FROM said s
         CROSS JOIN jsonb_array_elements_text(CASE WHEN jsonb_typeof(s.item -> 'aliases') = 'array'
                                                   THEN s.item -> 'aliases' ELSE '[]' END) a(alias)
         WHERE btrim(a.alias, E' \t\n\r') <> '' AND dbo.fn_name_key(btrim(a.alias, E' \t\n\r')) <> s.key
    ), locked AS MATERIALIZED (
        SELECT l.name_id, l.name_key FROM dbo.usp_lock_names(p_tenant_id, ARRAY(SELECT n.key FROM named n)) l
    )
    SELECT array_agg(ROW(n.ordinal, n.name, l.name_id, c.type_key, n.said_type,
                         c.confidence, n.item ->> 'grounding',
                         dbo.fn_state_by_thresholds(c.confidence, n.item ->> 'grounding', t.auto_promote, t.manual_review),
                         dbo.fn_union_attributes(ARRAY[coalesce(nullif(n.item -> 'attributes', 'null'), '{}')]), o.name_id)::dbo.mention_item),
           bool_or(o.name_id IS NULL AND c.type_key IS NULL), bool_or(o.name_id IS NOT NULL)
      INTO v_items, v_has_untyped, v_has_aliases
      FROM named n
      JOIN locked l ON l.name_key = n.key
      LEFT JOIN locked o ON o.name_key = n.alias_of_key
     CROSS JOIN LATERAL (SELECT (n.item ->> 'confidence')::double precision AS confidence, nullif(nullif(n.said_type, 'unknown'), 'other') AS type_key) c
     CROSS JOIN dbo.fn_thresholds(p_tenant_id, 'entity') t;
    IF v_items IS NULL THEN
        RETURN;
    END IF;
    v_joined := dbo.fn_joined_mentions(v_items);

    -- Dimensions. The first concrete type of a name is taken by its untyped row, if it has one; a merged one takes none
    -- that its master clashes with.
    IF EXISTS (SELECT FROM unnest(v_joined) i JOIN dbo.dim_entity e ON e.tenant_id = p_tenant_id AND e.name_id = i.name_id AND e.type_key IS NULL
                WHERE i.alias_of_name_id IS NULL AND i.type_key IS NOT NULL) THEN
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
        SELECT p_tenant_id, n.name_id, i.name, n.name_key, i.type_key, i.type_key, i.confidence, i.state, i.attributes, 1, p_run_id
          FROM (SELECT j.* FROM unnest(v_joined) j
                 WHERE j.alias_of_name_id IS NULL AND j.type_key IS NOT NULL
                   AND NOT EXISTS (SELECT FROM dbo.dim_entity o WHERE o.tenant_id = p_tenant_id AND o.name_id = j.name_id AND o.type_key = j.type_key) OFFSET 0) i
          JOIN dbo.name n ON n.name_id = i.name_id
         ORDER BY n.name_key COLLATE "C", i.type_key
        ON CONFLICT (tenant_id, name_id, type_key) DO NOTHING
        RETURNING e.entity_id, e.name_id)
    SELECT coalesce(array_agg(m.entity_id), '{}'), coalesce(array_agg(m.name_id), '{}') INTO v_new, v_new_names FROM made m;

    -- Mentions, those with a type first: the others' home may depend on them.
    PERFORM dbo.usp_write_mentions(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id,
                                   ARRAY(SELECT i FROM unnest(v_joined) i WHERE i.alias_of_name_id IS NULL AND i.type_key IS NOT NULL));
    IF v_has_untyped THEN
        v_untyped := ARRAY(SELECT dbo.usp_make_untyped_entities(p_tenant_id, p_run_id, ARRAY(
                    SELECT i.name_id FROM unnest(v_joined) i
                     WHERE i.alias_of_name_id IS NULL AND i.type_key IS NULL
                       AND dbo.fn_untyped_home(p_tenant_id, i.name_id, p_source_page_id, p_chunk_id) IS NULL)));
        UPDATE dbo.dim_entity e SET entity_name = t.name, entity_type = t.said_type
          FROM (SELECT i.name_id, substr(min(dbo.fn_name_rank(i.name)), 6) AS name, min(i.said_type COLLATE "C") AS said_type
                  FROM unnest(v_joined) i WHERE i.alias_of_name_id IS NULL AND i.type_key IS NULL GROUP BY i.name_id) t
         WHERE e.entity_id = ANY (v_untyped) AND e.name_id = t.name_id;
        PERFORM dbo.usp_write_mentions(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id,
                                       ARRAY(SELECT i FROM unnest(v_joined) i WHERE i.alias_of_name_id IS NULL AND i.type_key IS NULL));
    END IF;
    IF v_has_aliases THEN
        v_new_aliases := dbo.usp_write_mentions(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id,
                                       ARRAY(SELECT i FROM unnest(v_joined) i WHERE i.alias_of_name_id IS NOT NULL));
    END IF;
    PERFORM dbo.usp_settle_untyped_mentions(p_tenant_id, v_new_names, p_source_page_id,
                                   ARRAY(SELECT i.name_id FROM unnest(v_items) i WHERE i.alias_of_name_id IS NULL));

    -- Resolve again, then enrich.
    SELECT array_agg(i.ordinal ORDER BY i.ordinal), array_agg(m.mention_id ORDER BY i.ordinal), array_agg(m.entity_id ORDER BY i.ordinal)
      INTO v_ordinals, v_mention_ids, v_entity_ids
      FROM unnest(v_items) i
      JOIN dbo.entity_mention m ON m.name_id = i.name_id AND m.source_page_id = p_source_page_id
       AND m.chunk_id IS NOT DISTINCT FROM p_chunk_id AND m.type_key IS NOT DISTINCT FROM i.type_key AND m.alias_of IS NULL
     WHERE i.alias_of_name_id IS NULL;
    v_settled := CASE WHEN v_has_untyped THEN '{}' ELSE v_new END; -- all that was said of these is in them
    IF NOT v_entity_ids <@ v_settled THEN
        UPDATE dbo.dim_entity e
           SET entity_name = CASE WHEN dbo.fn_is_decided(e.promotion_state) THEN e.entity_name
                                  ELSE substr(least(dbo.fn_name_rank(e.entity_name), t.name_rank), 6) END,
               entity_type = CASE WHEN e.type_key IS NULL AND NOT dbo.fn_is_decided(e.promotion_state) THEN least(e.entity_type COLLATE "C", t.said_type) ELSE e.entity_type END,
               confidence = greatest(e.confidence, t.confidence),
               attributes = dbo.fn_enriched_attributes(e.promotion_state, e.attributes, t.attributes),
               promotion_state = dbo.fn_risen_state(e.promotion_state, t.state), updated_at = now()
          FROM (SELECT r.entity_id, min(dbo.fn_name_rank(i.name)) FILTER (WHERE d.name_id = i.name_id) AS name_rank,
                       min(i.said_type COLLATE "C") FILTER (WHERE d.name_id = i.name_id) AS said_type,
                       max(i.confidence) AS confidence, dbo.fn_union_attributes(array_agg(i.attributes)) AS attributes,
                       dbo.fn_state_of_rank(max(dbo.fn_state_rank(i.state))) AS state
                  FROM unnest(v_ordinals, v_entity_ids) r(ordinal, entity_id)
                  JOIN unnest(v_items) i ON i.ordinal = r.ordinal AND i.alias_of_name_id IS NULL
                  JOIN dbo.dim_entity d ON d.entity_id = r.entity_id AND d.tenant_id = p_tenant_id
                 WHERE r.entity_id <> ALL (v_settled)
                 GROUP BY r.entity_id) t
         WHERE e.entity_id = t.entity_id AND e.tenant_id = p_tenant_id
           AND (NOT dbo.fn_is_decided(e.promotion_state)
                    AND (e.entity_name <> substr(least(dbo.fn_name_rank(e.entity_name), t.name_rank), 6)
                         OR e.type_key IS NULL AND t.said_type < e.entity_type COLLATE "C")
                OR e.confidence < t.confidence
                OR e.attributes <> dbo.fn_enriched_attributes(e.promotion_state, e.attributes, t.attributes)
                OR e.promotion_state <> dbo.fn_risen_state(e.promotion_state, t.state));
    END IF;

    evidence_new := dbo.usp_add_evidence(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, ARRAY(
        SELECT ROW('dbo.dim_entity', r.entity_id, v.char_start, v.char_end, v.quote, v.grounding, i.confidence, i.state,
                   r.mention_id, NULL, NULL)::dbo.evidence_item
          FROM unnest(v_ordinals, v_mention_ids, v_entity_ids) r(ordinal, mention_id, entity_id)
          JOIN unnest(v_items) i ON i.ordinal = r.ordinal AND i.alias_of_name_id IS NULL
         CROSS JOIN LATERAL dbo.fn_evidence_pieces(p_entities -> (r.ordinal - 1), v_passage.char_start, v_passage.char_end) v), v_new);
    v_new := v_new || v_untyped;
    IF v_new_names || v_new_aliases || v_untyped <> '{}' THEN
        PERFORM dbo.usp_note_dedupe_candidates(p_tenant_id, v_new_names || v_new_aliases
            || ARRAY(SELECT e.name_id FROM dbo.dim_entity e WHERE e.entity_id = ANY (v_untyped)));
    END IF;

    v_is_rerun := EXISTS (
        SELECT FROM dbo.fact_entity_extraction x
         WHERE x.source_page_id = p_source_page_id AND x.chunk_id IS NOT DISTINCT FROM p_chunk_id
           AND x.job_type IS NOT DISTINCT FROM p_job_type
           AND x.contract_version IS NOT DISTINCT FROM p_contract_version AND x.run_id IS DISTINCT FROM p_run_id);
    INSERT INTO dbo.fact_entity_extraction (tenant_id, job_type, contract_version, source_page_id, chunk_id, entity_id,
                                            mention_id, run_id, is_rerun)
    SELECT DISTINCT p_tenant_id, p_job_type, p_contract_version, p_source_page_id, p_chunk_id, r.entity_id, r.mention_id, p_run_id, v_is_rerun
      FROM unnest(v_mention_ids, v_entity_ids) r(mention_id, entity_id)
     ORDER BY r.mention_id
    ON CONFLICT (mention_id, job_type, contract_version, run_id, tenant_id) DO NOTHING;

    routed := ARRAY(SELECT ROW(r.ordinal, r.entity_id, r.entity_id = ANY (v_new))::dbo.routed_item
                      FROM unnest(v_ordinals, v_entity_ids) r(ordinal, entity_id) ORDER BY r.ordinal);
END $$;
