-- Links rows to the passages that say so; what is linked already stays. A row's support rises by one when a page speaks
-- for it for the first time. Returns how many links were new.
-- The caller holds the locks of the names concerned. Writes dbo.evidence, and the column support of the targets' tables
-- where they have one.
CREATE OR REPLACE FUNCTION dbo.usp_add_evidence(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint,
    p_chunk_id bigint, p_items dbo.evidence_item[]) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_first dbo.evidence_item[];
    v_new integer;
    v_table text;
BEGIN
    SELECT array_agg(ROW(t.target_table, t.target_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::dbo.evidence_item)
      INTO v_first
      FROM (SELECT DISTINCT i.target_table, i.target_id FROM unnest(p_items) i) t
     WHERE NOT EXISTS (SELECT FROM dbo.evidence e WHERE e.target_table = t.target_table AND e.target_id = t.target_id
                          AND e.source_page_id = p_source_page_id AND e.tenant_id = p_tenant_id);
    WITH written AS (
        INSERT INTO dbo.evidence AS e (tenant_id, target_table, target_id, source_page_id, chunk_id, char_start, char_end,
                                       quote, run_id, grounding, confidence, earned_state, mention_id, other_mention_id, said)
        SELECT p_tenant_id, i.target_table, i.target_id, p_source_page_id, p_chunk_id, i.char_start, i.char_end,
               (array_agg(i.quote ORDER BY i.confidence DESC, i.grounding, i.quote COLLATE "C"))[1], p_run_id,
               (array_agg(i.grounding ORDER BY i.confidence DESC, i.grounding))[1], max(i.confidence),
               (array_agg(i.state ORDER BY dbo.fn_state_rank(i.state) DESC))[1], i.mention_id, i.other_mention_id,
               dbo.fn_union_attributes(array_agg(i.said))
          FROM unnest(p_items) i
         GROUP BY i.target_table, i.target_id, i.char_start, i.char_end, i.mention_id, i.other_mention_id
        ON CONFLICT (target_id, target_table, source_page_id, chunk_id, char_start, char_end, mention_id,
                     other_mention_id, tenant_id) DO UPDATE
           SET confidence = greatest(e.confidence, EXCLUDED.confidence),
               earned_state = dbo.fn_risen_state(e.earned_state, EXCLUDED.earned_state),
               said = dbo.fn_union_attributes(ARRAY[e.said, EXCLUDED.said])
         WHERE e.confidence < EXCLUDED.confidence
            OR dbo.fn_state_rank(e.earned_state) < dbo.fn_state_rank(EXCLUDED.earned_state)
            OR e.said <> dbo.fn_union_attributes(ARRAY[e.said, EXCLUDED.said])
        RETURNING e.xmax = 0 AS is_new)
    SELECT count(*) FILTER (WHERE w.is_new) INTO v_new FROM written w;

    UPDATE dbo.dim_entity d SET support = d.support + 1, updated_at = now() FROM unnest(v_first) f
     WHERE f.target_table = 'dbo.dim_entity' AND d.entity_id = f.target_id AND d.tenant_id = p_tenant_id;
    UPDATE dbo.bridge_entity_relation d SET support = d.support + 1, updated_at = now() FROM unnest(v_first) f
     WHERE f.target_table = 'dbo.bridge_entity_relation' AND d.relation_id = f.target_id AND d.tenant_id = p_tenant_id;
    FOR v_table IN SELECT DISTINCT f.target_table FROM unnest(v_first) f
                    WHERE f.target_table NOT IN ('dbo.dim_entity', 'dbo.bridge_entity_relation')
                      AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = f.target_table::regclass AND a.attname = 'support' AND NOT a.attisdropped)
                    ORDER BY 1 LOOP
        EXECUTE format('UPDATE %1$s d SET support = d.support + 1, updated_at = now() FROM unnest($1) f
                         WHERE f.target_table = $2 AND d.%2$I = f.target_id AND d.tenant_id = $3', v_table::regclass, dbo.fn_key_column(v_table))
          USING v_first, v_table, p_tenant_id;
    END LOOP;
    IF EXISTS (SELECT FROM dbo.retired_row r WHERE r.tenant_id = p_tenant_id) THEN
        PERFORM dbo.usp_revive_rows(p_tenant_id, ARRAY(SELECT ROW(f.target_table, f.target_id)::dbo.row_reference FROM unnest(v_first) f));
    END IF;
    RETURN v_new;
END $$;
