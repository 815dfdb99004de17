-- Links rows to the passages that say so; what is linked already stays. A row's support rises by one when a page speaks
-- for it for the first time, but for p_counted: rows that the caller has just made with this page counted (then all items
-- are of one table). Returns how many links were new.
-- The caller holds the locks of the names concerned. Writes dbo.evidence, and the column support of the targets' tables
-- where they have one.
CREATE OR REPLACE FUNCTION dbo.usp_add_evidence(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint,
    p_chunk_id bigint, p_items dbo.evidence_item[], p_counted bigint[] DEFAULT '{}') RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off AS $$
DECLARE
    v_first dbo.evidence_item[];
    v_new integer;
    v_tables text[];
    v_table text;
BEGIN
    SELECT array_agg(ROW(t.target_table, t.target_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::dbo.evidence_item)
      INTO v_first
      FROM (SELECT DISTINCT i.target_table, i.target_id FROM unnest(p_items) i) t
     WHERE t.target_id <> ALL (p_counted)
       AND NOT EXISTS (SELECT FROM dbo.evidence e WHERE e.target_table = t.target_table AND e.target_id = t.target_id
                          AND e.source_page_id = p_source_page_id AND e.tenant_id = p_tenant_id);
    -- Most items say a thing once. Those that say it twice are joined first.
    IF EXISTS (SELECT FROM unnest(p_items) i GROUP BY i.target_table, i.target_id, i.char_start, i.char_end, i.mention_id, i.other_mention_id
               HAVING count(*) > 1) THEN
        p_items := ARRAY(
            SELECT ROW(i.target_table, i.target_id, i.char_start, i.char_end,
                       (array_agg(i.quote ORDER BY i.confidence DESC, i.grounding, i.quote COLLATE "C"))[1],
                       (array_agg(i.grounding ORDER BY i.confidence DESC, i.grounding))[1], max(i.confidence),
                       dbo.fn_state_of_rank(max(dbo.fn_state_rank(i.state))), i.mention_id, i.other_mention_id,
                       dbo.fn_union_attributes(array_agg(coalesce(i.said, '{}'))))::dbo.evidence_item
              FROM unnest(p_items) i
             GROUP BY i.target_table, i.target_id, i.char_start, i.char_end, i.mention_id, i.other_mention_id);
    END IF;
    INSERT INTO dbo.evidence (tenant_id, target_table, target_id, source_page_id, chunk_id, char_start, char_end,
                              quote, run_id, grounding, confidence, earned_state, mention_id, other_mention_id, said)
    SELECT p_tenant_id, i.target_table, i.target_id, p_source_page_id, p_chunk_id, i.char_start, i.char_end,
           i.quote, p_run_id, i.grounding, i.confidence, i.state, i.mention_id, i.other_mention_id,
           dbo.fn_union_attributes(ARRAY[coalesce(i.said, '{}')])
      FROM unnest(p_items) i
    ON CONFLICT (target_id, target_table, source_page_id, chunk_id, char_start, char_end, mention_id, other_mention_id, tenant_id) DO NOTHING;
    GET DIAGNOSTICS v_new = ROW_COUNT;
    IF v_new < cardinality(p_items) THEN
        UPDATE dbo.evidence e
           SET confidence = greatest(e.confidence, i.confidence), earned_state = dbo.fn_risen_state(e.earned_state, i.state),
               said = dbo.fn_union_attributes(ARRAY[e.said, coalesce(i.said, '{}')])
          FROM unnest(p_items) i
         WHERE e.target_id = i.target_id AND e.target_table = i.target_table AND e.source_page_id = p_source_page_id
           AND e.chunk_id IS NOT DISTINCT FROM p_chunk_id AND e.char_start = i.char_start AND e.char_end = i.char_end
           AND e.mention_id IS NOT DISTINCT FROM i.mention_id AND e.other_mention_id IS NOT DISTINCT FROM i.other_mention_id
           AND e.tenant_id = p_tenant_id
           AND (e.confidence < i.confidence OR dbo.fn_state_rank(e.earned_state) < dbo.fn_state_rank(i.state)
                OR e.said <> dbo.fn_union_attributes(ARRAY[e.said, coalesce(i.said, '{}')]));
    END IF;
    IF v_first IS NULL THEN
        RETURN v_new;
    END IF;

    v_tables := ARRAY(SELECT DISTINCT f.target_table FROM unnest(v_first) f ORDER BY 1);
    IF 'dbo.dim_entity' = ANY (v_tables) THEN
        UPDATE dbo.dim_entity d SET support = d.support + 1, updated_at = now() FROM unnest(v_first) f
         WHERE f.target_table = 'dbo.dim_entity' AND d.entity_id = f.target_id AND d.tenant_id = p_tenant_id;
    END IF;
    IF 'dbo.bridge_entity_relation' = ANY (v_tables) THEN
        UPDATE dbo.bridge_entity_relation d SET support = d.support + 1, updated_at = now() FROM unnest(v_first) f
         WHERE f.target_table = 'dbo.bridge_entity_relation' AND d.relation_id = f.target_id AND d.tenant_id = p_tenant_id;
    END IF;
    FOREACH v_table IN ARRAY v_tables LOOP
        CONTINUE WHEN v_table IN ('dbo.dim_entity', 'dbo.bridge_entity_relation')
                   OR NOT EXISTS (SELECT FROM pg_attribute a
                                   WHERE a.attrelid = v_table::regclass AND a.attname = 'support' AND NOT a.attisdropped);
        EXECUTE format('UPDATE %1$s d SET support = d.support + 1, updated_at = now() FROM unnest($1) f
                         WHERE f.target_table = $2 AND d.%2$I = f.target_id AND d.tenant_id = $3', v_table::regclass, dbo.fn_key_column(v_table))
          USING v_first, v_table, p_tenant_id;
    END LOOP;
    IF EXISTS (SELECT FROM dbo.retired_row r WHERE r.tenant_id = p_tenant_id) THEN
        PERFORM dbo.usp_revive_rows(p_tenant_id, ARRAY(SELECT ROW(f.target_table, f.target_id)::dbo.row_reference FROM unnest(v_first) f));
    END IF;
    RETURN v_new;
END $$;
