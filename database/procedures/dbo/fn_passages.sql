-- The passages that some answers are about, each checked and its page held (dbo.fn_require_passage), in the order of the pages; returned in the
-- order given. The arrays belong together by place; p_job_types and p_contract_versions: what was asked. Writes nothing.
-- AL004: unknown tenant, page, chunk or run. AL005: two of them are one passage.
CREATE OR REPLACE FUNCTION dbo.fn_passages(p_tenant_id integer, p_run_ids uuid[], p_source_page_ids bigint[], p_chunk_ids bigint[],
    p_job_types text[], p_contract_versions text[]) RETURNS dbo.passage[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_passages dbo.passage[] := array_fill(NULL::dbo.passage, ARRAY[cardinality(p_source_page_ids)]);
    v_place integer;
    v_passage record;
    v_before bigint[];
BEGIN
    FOR v_place IN SELECT p.place FROM unnest(p_source_page_ids, p_chunk_ids) WITH ORDINALITY p(source_page_id, chunk_id, place)
                    ORDER BY p.source_page_id, p.chunk_id LOOP
        IF v_before IS NOT DISTINCT FROM ARRAY[p_source_page_ids[v_place], p_chunk_ids[v_place]] THEN
            RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('two answers about the passage %s of page %s are routed one after the other',
                coalesce(p_chunk_ids[v_place]::text, 'that is all'), p_source_page_ids[v_place]);
        END IF;
        v_before := ARRAY[p_source_page_ids[v_place], p_chunk_ids[v_place]];
        SELECT * INTO v_passage FROM dbo.fn_require_passage(p_tenant_id, p_run_ids[v_place], p_source_page_ids[v_place], p_chunk_ids[v_place]);
        v_passages[v_place] := ROW(p_source_page_ids[v_place], p_chunk_ids[v_place], p_run_ids[v_place], p_job_types[v_place],
            p_contract_versions[v_place], v_passage.text_length, v_passage.char_start, v_passage.char_end)::dbo.passage;
    END LOOP;
    RETURN v_passages;
END $$;
