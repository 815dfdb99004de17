-- Links rows to the passages that say so; what is linked already stays, and is joined with what is said now. p_places: for each item its place (from
-- 1) in p_passages. p_is_fresh: the caller has just made all the mentions or all the rows, so that nothing can be linked yet.
-- Returns how many links of each passage were new. Writes dbo.evidence alone; see dbo.usp_add_evidence for the support of the rows.
-- The caller holds the locks of the names concerned.
CREATE OR REPLACE FUNCTION dbo.usp_link_evidence(p_tenant_id integer, p_passages dbo.passage[], p_places integer[], p_items dbo.evidence_item[],
    p_is_fresh boolean DEFAULT false) RETURNS integer[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off AS $$
DECLARE
    v_new integer[];
BEGIN
    -- Most items say a thing once. Those that say it twice are joined first.
    IF EXISTS (SELECT FROM unnest(p_places, p_items) i(place, target_table, target_id, char_start, char_end, quote, grounding, confidence, state, mention_id, other_mention_id, said)
                GROUP BY i.place, i.target_table, i.target_id, i.char_start, i.char_end, i.mention_id, i.other_mention_id HAVING count(*) > 1) THEN
        SELECT array_agg(j.place), array_agg(ROW(j.target_table, j.target_id, j.char_start, j.char_end, j.quote, j.grounding, j.confidence, j.state,
                                                 j.mention_id, j.other_mention_id, j.said)::dbo.evidence_item)
          INTO p_places, p_items
          FROM (SELECT i.place, i.target_table, i.target_id, i.char_start, i.char_end,
                       (array_agg(i.quote ORDER BY i.confidence DESC, i.grounding, i.quote COLLATE "C"))[1] AS quote,
                       (array_agg(i.grounding ORDER BY i.confidence DESC, i.grounding))[1] AS grounding, max(i.confidence) AS confidence,
                       dbo.fn_state_of_rank(max(dbo.fn_state_rank(i.state))) AS state, i.mention_id, i.other_mention_id,
                       dbo.fn_union_attributes(array_agg(coalesce(i.said, '{}'))) AS said
                  FROM unnest(p_places, p_items) i(place, target_table, target_id, char_start, char_end, quote, grounding, confidence, state, mention_id, other_mention_id, said)
                 GROUP BY i.place, i.target_table, i.target_id, i.char_start, i.char_end, i.mention_id, i.other_mention_id) j;
    END IF;
    IF p_is_fresh THEN
        INSERT INTO dbo.evidence (tenant_id, target_table, target_id, source_page_id, chunk_id, char_start, char_end,
                                  quote, run_id, grounding, confidence, earned_state, mention_id, other_mention_id, said)
        SELECT p_tenant_id, i.target_table, i.target_id, (p_passages[i.place]).source_page_id, (p_passages[i.place]).chunk_id, i.char_start, i.char_end,
               i.quote, (p_passages[i.place]).run_id, i.grounding, i.confidence, i.state, i.mention_id, i.other_mention_id,
               dbo.fn_union_attributes(ARRAY[coalesce(i.said, '{}')])
          FROM unnest(p_places, p_items) i(place, target_table, target_id, char_start, char_end, quote, grounding, confidence, state, mention_id, other_mention_id, said);
        RETURN ARRAY(SELECT count(i.place)::integer FROM generate_subscripts(p_passages, 1) p(place) LEFT JOIN unnest(p_places) i(place) USING (place)
                      GROUP BY p.place ORDER BY p.place);
    END IF;
    WITH written AS (
        INSERT INTO dbo.evidence AS e (tenant_id, target_table, target_id, source_page_id, chunk_id, char_start, char_end,
                                       quote, run_id, grounding, confidence, earned_state, mention_id, other_mention_id, said)
        SELECT p_tenant_id, i.target_table, i.target_id, (p_passages[i.place]).source_page_id, (p_passages[i.place]).chunk_id, i.char_start, i.char_end,
               i.quote, (p_passages[i.place]).run_id, i.grounding, i.confidence, i.state, i.mention_id, i.other_mention_id,
               dbo.fn_union_attributes(ARRAY[coalesce(i.said, '{}')])
          FROM unnest(p_places, p_items) i(place, target_table, target_id, char_start, char_end, quote, grounding, confidence, state, mention_id, other_mention_id, said)
        ON CONFLICT (source_page_id, target_id, target_table, chunk_id, char_start, char_end, mention_id, other_mention_id, tenant_id) DO NOTHING
        RETURNING e.source_page_id, e.chunk_id)
    SELECT array_agg(n.links ORDER BY p.place) INTO v_new
      FROM unnest(p_passages) WITH ORDINALITY p(source_page_id, chunk_id, run_id, job_type, contract_version, text_length, char_start, char_end, place)
     CROSS JOIN LATERAL (SELECT count(*)::integer AS links FROM written w
                          WHERE w.source_page_id = p.source_page_id AND w.chunk_id IS NOT DISTINCT FROM p.chunk_id) n;
    IF (SELECT sum(n) FROM unnest(v_new) n) < cardinality(p_items) THEN
        UPDATE dbo.evidence e
           SET confidence = greatest(e.confidence, i.confidence), earned_state = dbo.fn_risen_state(e.earned_state, i.state),
               said = dbo.fn_union_attributes(ARRAY[e.said, coalesce(i.said, '{}')])
          FROM unnest(p_places, p_items) i(place, target_table, target_id, char_start, char_end, quote, grounding, confidence, state, mention_id, other_mention_id, said)
         WHERE e.target_id = i.target_id AND e.target_table = i.target_table AND e.source_page_id = (p_passages[i.place]).source_page_id
           AND e.chunk_id IS NOT DISTINCT FROM (p_passages[i.place]).chunk_id AND e.char_start = i.char_start AND e.char_end = i.char_end
           AND e.mention_id IS NOT DISTINCT FROM i.mention_id AND e.other_mention_id IS NOT DISTINCT FROM i.other_mention_id
           AND e.tenant_id = p_tenant_id
           AND (e.confidence < i.confidence OR dbo.fn_state_rank(e.earned_state) < dbo.fn_state_rank(i.state)
                OR e.said <> dbo.fn_union_attributes(ARRAY[e.said, coalesce(i.said, '{}')]));
    END IF;
    RETURN v_new;
END $$;
