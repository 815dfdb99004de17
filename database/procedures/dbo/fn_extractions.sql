-- The extractions that items of entities stand for, one a mention, in the order of the mentions: the step that both ways of dbo.usp_note_extractions
-- share, and part of their plans. p_mention_ids: the items' mentions, by place; p_reruns: of each passage, whether another run read it.
-- Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_extractions(p_passages dbo.passage[], p_mention_ids bigint[], p_items dbo.mention_item[], p_reruns boolean[])
RETURNS TABLE (job_type text, contract_version text, source_page_id bigint, chunk_id bigint, entity_id bigint, mention_id bigint, run_id uuid, is_rerun boolean)
LANGUAGE sql STABLE SECURITY INVOKER
BEGIN ATOMIC
    SELECT (p_passages[m.passage]).job_type, (p_passages[m.passage]).contract_version, (p_passages[m.passage]).source_page_id,
           (p_passages[m.passage]).chunk_id, m.entity_id, m.mention_id, (p_passages[m.passage]).run_id, p_reruns[m.passage]
      FROM (SELECT DISTINCT i.mention_id, i.entity_id, i.passage
              FROM unnest(p_items, p_mention_ids) i(ordinal, name, name_id, type_key, said_type, confidence, grounding, state, attributes,
                                                    alias_of_name_id, passage, entity_id, mention_id)) m
     ORDER BY m.mention_id;
END;
