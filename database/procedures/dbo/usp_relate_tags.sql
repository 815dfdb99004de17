-- Says how one tag stands to another: p_relation synonym, broader (p_to is broader than p_from) or narrower. Tags that are not there are
-- made. The same again, or the same said from the other end, changes nothing. p_actor: who, null for the database's user.
-- Returns the relation's id. Writes dbo.name, dbo.dim_tag, dbo.bridge_tag_relation; two such calls wait for one another.
-- Errors: AL004 unknown tenant; AL005 another relation, or a tag without a name; AL018 it would make a circle: a tag broader than
-- itself, or a synonym of what is broader or narrower.
CREATE OR REPLACE FUNCTION dbo.usp_relate_tags(p_tenant_id integer, p_from text, p_relation text, p_to text, p_actor text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_from bigint;
    v_to bigint;
    v_id bigint;
    v_kind text := CASE p_relation WHEN 'narrower' THEN 'broader' ELSE p_relation END;
BEGIN
    IF coalesce(p_relation, '') NOT IN ('synonym', 'broader', 'narrower') THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('tags are synonym, broader or narrower, not "%s"', left(p_relation, 100));
    END IF;
    SELECT min(t.tag_id) FILTER (WHERE t.place = 1), min(t.tag_id) FILTER (WHERE t.place = 2) INTO v_from, v_to
      FROM dbo.usp_ensure_tags(p_tenant_id, ARRAY[p_from, p_to]) t;
    IF p_relation = 'narrower' THEN
        SELECT v_to, v_from INTO v_from, v_to;
    ELSIF p_relation = 'synonym' THEN
        SELECT least(v_from, v_to), greatest(v_from, v_to) INTO v_from, v_to;
    END IF;
    LOCK TABLE dbo.bridge_tag_relation IN SHARE ROW EXCLUSIVE MODE; -- a circle may close over rows of another call
    SELECT r.tag_relation_id INTO v_id FROM dbo.bridge_tag_relation r
     WHERE r.tenant_id = p_tenant_id AND r.from_tag_id = v_from AND r.to_tag_id = v_to AND r.relation_type = v_kind;
    IF FOUND THEN
        RETURN v_id;
    END IF;
    IF v_from = v_to OR EXISTS (SELECT FROM dbo.fn_broader_tags(p_tenant_id, v_to) b WHERE b.tag_id = v_from AND (v_kind = 'broader' OR b.steps > 0))
       OR v_kind = 'synonym' AND EXISTS (SELECT FROM dbo.fn_broader_tags(p_tenant_id, v_from) b WHERE b.tag_id = v_to AND b.steps > 0) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL018', MESSAGE = format('“%s” %s “%s” would make a circle', left(p_from, 200), p_relation, left(p_to, 200));
    END IF;
    INSERT INTO dbo.bridge_tag_relation (tenant_id, from_tag_id, to_tag_id, relation_type, promotion_state, confidence, attributes)
    VALUES (p_tenant_id, v_from, v_to, v_kind, 'adjudicated', 1, jsonb_build_object('by', coalesce(nullif(btrim(p_actor), ''), session_user)))
    RETURNING tag_relation_id INTO v_id;
    RETURN v_id;
END $$;
