-- Notes which entities were extracted from some passages, under what; once a mention, contract and run. A passage that another run read under the
-- same contract is marked as a rerun. p_items: items of entities, with their passage and entity, and p_mention_ids their mentions, by place;
-- p_is_fresh: the caller has just made all the mentions. Writes dbo.fact_entity_extraction.
CREATE OR REPLACE FUNCTION dbo.usp_note_extractions(p_tenant_id integer, p_passages dbo.passage[], p_mention_ids bigint[], p_items dbo.mention_item[],
    p_is_fresh boolean) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off AS $$
DECLARE
    v_reruns boolean[] := ARRAY(
        SELECT EXISTS (SELECT FROM dbo.fact_entity_extraction x
                        WHERE x.source_page_id = p.source_page_id AND x.chunk_id IS NOT DISTINCT FROM p.chunk_id
                          AND x.job_type IS NOT DISTINCT FROM p.job_type
                          AND x.contract_version IS NOT DISTINCT FROM p.contract_version AND x.run_id IS DISTINCT FROM p.run_id
                          -- Runs of one job are one reading: an answer that broke off is gone on with in another.
                          AND NOT EXISTS (SELECT FROM llm.run a JOIN llm.run b ON b.job_id = a.job_id
                                           WHERE a.run_id = x.run_id AND b.run_id = p.run_id))
          FROM unnest(p_passages) WITH ORDINALITY p(source_page_id, chunk_id, run_id, job_type, contract_version, text_length, char_start, char_end, place)
         ORDER BY p.place);
BEGIN
    IF p_is_fresh THEN
        INSERT INTO dbo.fact_entity_extraction (tenant_id, job_type, contract_version, source_page_id, chunk_id, entity_id, mention_id, run_id, is_rerun)
        SELECT p_tenant_id, x.* FROM dbo.fn_extractions(p_passages, p_mention_ids, p_items, v_reruns) x;
    ELSE
        INSERT INTO dbo.fact_entity_extraction (tenant_id, job_type, contract_version, source_page_id, chunk_id, entity_id, mention_id, run_id, is_rerun)
        SELECT p_tenant_id, x.* FROM dbo.fn_extractions(p_passages, p_mention_ids, p_items, v_reruns) x
        ON CONFLICT (mention_id, job_type, contract_version, run_id, tenant_id) DO NOTHING;
    END IF;
END $$;
