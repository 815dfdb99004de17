-- Says that a type or a relation name means the same as another, or its reverse, so that dbo.vw_entity_relation and dbo.vw_entity show them
-- together under the other's name: usp_relate_terms(1, 'relation_type', 'owned_by', 'reversed', 'owner_of', …).
-- p_kind: relation_type or entity_type; p_relation: synonym, reversed (relation names only) or none, which takes it back.
-- Terms that led to p_term lead on; where p_canonical leads elsewhere itself, p_term leads there. Returns whether that changed anything.
-- Writes dbo.term_relation; two such calls wait for one another.
-- Errors: AL004 unknown tenant; AL005 no such kind or relation, or a term without characters; AL019 a term that would stand for itself.
CREATE OR REPLACE FUNCTION dbo.usp_relate_terms(p_tenant_id integer, p_kind text, p_term text, p_relation text, p_canonical text, p_actor text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_term text := dbo.fn_type_key(btrim(p_term));
    v_canonical text := dbo.fn_type_key(btrim(p_canonical));
    v_is_reversed boolean := p_relation = 'reversed';
    v_next dbo.term_relation;
    v_count integer;
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    IF coalesce(p_kind, '') NOT IN ('relation_type', 'entity_type') OR coalesce(p_relation, '') NOT IN ('synonym', 'reversed', 'none')
       OR p_relation = 'reversed' AND p_kind <> 'relation_type' OR coalesce(length(v_term), 0) NOT BETWEEN 1 AND 200
       OR p_relation <> 'none' AND coalesce(length(v_canonical), 0) NOT BETWEEN 1 AND 200 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'say relation_type or entity_type, a term, synonym, reversed (of relation names) or none, and what it stands for';
    END IF;
    LOCK TABLE dbo.term_relation IN SHARE ROW EXCLUSIVE MODE;
    IF p_relation = 'none' THEN
        DELETE FROM dbo.term_relation r WHERE r.tenant_id = p_tenant_id AND r.kind = p_kind AND r.term = v_term;
        RETURN FOUND;
    END IF;
    SELECT r.* INTO v_next FROM dbo.term_relation r WHERE r.tenant_id = p_tenant_id AND r.kind = p_kind AND r.term = v_canonical;
    IF FOUND THEN
        v_canonical := v_next.canonical;
        v_is_reversed := v_is_reversed <> v_next.is_reversed;
    END IF;
    IF v_canonical = v_term THEN
        RAISE EXCEPTION USING ERRCODE = 'AL019', MESSAGE = format('%s would stand for itself', v_term);
    END IF;
    UPDATE dbo.term_relation r SET canonical = v_canonical, is_reversed = r.is_reversed <> v_is_reversed
     WHERE r.tenant_id = p_tenant_id AND r.kind = p_kind AND r.canonical = v_term;
    INSERT INTO dbo.term_relation AS r (tenant_id, kind, term, canonical, is_reversed, actor)
    VALUES (p_tenant_id, p_kind, v_term, v_canonical, v_is_reversed, coalesce(nullif(btrim(p_actor), ''), session_user))
    ON CONFLICT (tenant_id, kind, term) DO UPDATE SET canonical = EXCLUDED.canonical, is_reversed = EXCLUDED.is_reversed, actor = EXCLUDED.actor, recorded_at = now()
     WHERE (r.canonical, r.is_reversed) <> (EXCLUDED.canonical, EXCLUDED.is_reversed);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count > 0;
END $$;
