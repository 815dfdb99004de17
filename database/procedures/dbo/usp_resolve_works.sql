-- Finds the works that bounds name, making those that are missing (type unknown) with the passage as evidence.
-- p_relations: as for dbo.usp_route_relations. Returns name key and id of each work named in start_work or end_work.
-- Writes dbo.dim_work, dbo.evidence. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_resolve_works(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint,
    p_chunk_id bigint, p_relations jsonb, p_char_start integer, p_char_end integer)
RETURNS TABLE (name_key text, work_id bigint)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_evidence dbo.evidence_item[];
    v_works dbo.name_lock[]; -- pairs of an id and a key
BEGIN
    IF NOT EXISTS (SELECT FROM jsonb_array_elements(p_relations) e(item)
                    WHERE e.item ->> 'start_work' IS NOT NULL OR e.item ->> 'end_work' IS NOT NULL) THEN
        RETURN;
    END IF;
    INSERT INTO dbo.dim_work (tenant_id, name_id, work_name, name_key, source_llm_run_id)
    SELECT p_tenant_id, n.name_id, substr(min(dbo.fn_name_rank(w.name)), 6), n.name_key, p_run_id
      FROM jsonb_array_elements(p_relations) e(item)
     CROSS JOIN LATERAL unnest(ARRAY[e.item ->> 'start_work', e.item ->> 'end_work']) w(name)
      JOIN dbo.name n ON n.tenant_id = p_tenant_id AND n.name_hash = md5(dbo.fn_name_key(btrim(w.name, E' \t\n\r')))::uuid
     WHERE NOT EXISTS (SELECT FROM dbo.dim_work d WHERE d.tenant_id = p_tenant_id AND d.name_id = n.name_id)
     GROUP BY n.name_id, n.name_key ORDER BY n.name_key COLLATE "C"
    ON CONFLICT DO NOTHING;

    -- Of namesakes the one that the passage is evidence of already, so that the same output always means the same work.
    SELECT array_agg(ROW(w.work_id, w.name_key)::dbo.name_lock) INTO v_works
      FROM (SELECT DISTINCT ON (n.name_key) n.name_key, d.work_id
              FROM dbo.name n JOIN dbo.dim_work d ON d.name_id = n.name_id AND d.tenant_id = n.tenant_id
             WHERE n.tenant_id = p_tenant_id AND n.name_hash IN (
                SELECT md5(dbo.fn_name_key(btrim(w.name, E' \t\n\r')))::uuid FROM jsonb_array_elements(p_relations) e(item)
                 CROSS JOIN LATERAL unnest(ARRAY[e.item ->> 'start_work', e.item ->> 'end_work']) w(name))
             ORDER BY n.name_key, EXISTS (SELECT FROM dbo.evidence v WHERE v.target_table = 'dbo.dim_work' AND v.target_id = d.work_id
                        AND v.source_page_id = p_source_page_id AND v.chunk_id IS NOT DISTINCT FROM p_chunk_id AND v.tenant_id = p_tenant_id) DESC,
                   d.work_type = 'unknown', d.work_type COLLATE "C") w;

    SELECT array_agg(ROW('dbo.dim_work', d.work_id, v.char_start, v.char_end, v.quote, v.grounding,
                (e.item ->> 'confidence')::double precision,
                dbo.fn_earned_state(p_tenant_id, 'work', (e.item ->> 'confidence')::double precision, e.item ->> 'grounding'),
                NULL, NULL, jsonb_build_object('name', btrim(w.name, E' \t\n\r'), 'type', 'unknown'))::dbo.evidence_item)
      INTO v_evidence
      FROM jsonb_array_elements(p_relations) e(item)
     CROSS JOIN LATERAL unnest(ARRAY[e.item ->> 'start_work', e.item ->> 'end_work']) w(name)
      JOIN unnest(v_works) d(work_id, name_key) ON d.name_key = dbo.fn_name_key(btrim(w.name, E' \t\n\r'))
     CROSS JOIN LATERAL dbo.fn_evidence_pieces(e.item, p_char_start, p_char_end) v;
    PERFORM dbo.usp_add_evidence(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, v_evidence);
    UPDATE dbo.dim_work d
       SET confidence = greatest(d.confidence, t.confidence), promotion_state = dbo.fn_risen_state(d.promotion_state, t.state),
           updated_at = now()
      FROM (SELECT v.target_id, max(v.confidence) AS confidence,
                   (array_agg(v.state ORDER BY dbo.fn_state_rank(v.state) DESC))[1] AS state
              FROM unnest(v_evidence) v GROUP BY v.target_id) t
     WHERE d.work_id = t.target_id AND d.tenant_id = p_tenant_id
       AND (d.confidence < t.confidence OR d.promotion_state <> dbo.fn_risen_state(d.promotion_state, t.state));

    RETURN QUERY SELECT w.name_key, w.work_id FROM unnest(v_works) w(work_id, name_key);
END $$;
