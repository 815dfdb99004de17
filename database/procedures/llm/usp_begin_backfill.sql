-- Begins to ask again about the chunks that a selection fits; llm.usp_backfill_step then enqueues them.
-- p_what, p_selection: see llm.fn_check_backfill. p_job_type null: entity_extraction for entities,
-- relationship_extraction for relationships, or passage_extraction where pages are read by that alone; its active version is asked. p_priority must be below the type's own (null:
-- 10 or less), so that live work goes first.
-- Returns the new backfill and how many pages and chunks it is about; none fits: a null id, and nothing is written.
-- Writes llm.backfill. AL002: unknown type; AL004: unknown tenant; AL005: selection or priority.
CREATE OR REPLACE FUNCTION llm.usp_begin_backfill(p_tenant_id integer, p_what text, p_selection jsonb, p_job_type text,
    p_priority integer, p_made_by text) RETURNS TABLE (backfill_id bigint, pages bigint, chunks bigint)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_selection jsonb := llm.fn_check_backfill(p_what, p_selection);
    v_type llm.job_type;
    v_usual text := CASE p_what WHEN 'entities' THEN 'entity_extraction' ELSE 'relationship_extraction' END;
    v_name text := coalesce(p_job_type, (
        SELECT t.job_type FROM llm.vw_routine_job_type t WHERE t.job_type IN (v_usual, 'passage_extraction')
         ORDER BY t.job_type = v_usual DESC LIMIT 1), v_usual);
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    v_type := llm.fn_require_job_type(v_name, NULL);
    IF v_type.unit <> 'chunk' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('job type %s reads no chunks; a backfill asks about chunks', v_name);
    ELSIF p_priority IS NOT NULL AND p_priority NOT BETWEEN 0 AND greatest(v_type.priority - 1, 0) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format(
            'the priority of a backfill of %s must be from 0 to %s, below live work, not %s', v_name,
            greatest(v_type.priority - 1, 0), p_priority);
    END IF;
    SELECT x.pages, x.chunks INTO pages, chunks FROM llm.fn_backfill_extent(p_tenant_id, p_what, v_selection) x;
    IF chunks > 0 THEN
        INSERT INTO llm.backfill AS b (tenant_id, what, selection, job_type, contract_version, priority, pages, chunks, made_by)
        VALUES (p_tenant_id, p_what, v_selection, v_type.job_type, v_type.contract_version,
                coalesce(p_priority, least(10, greatest(v_type.priority - 1, 0))), pages, chunks, p_made_by)
        RETURNING b.backfill_id INTO backfill_id;
    END IF;
    RETURN NEXT;
END $$;
