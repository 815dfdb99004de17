-- Makes duplicates one with their master. Every reference to a duplicate moves to the master, in whatever table it stands;
-- rows that then say the same become one, with the evidence of all, the best confidence and the sources counted anew.
-- The duplicates stay as rows in state merged that point to their master, and names go on leading there: a later mention
-- of a duplicate's name and type is a mention of the master. dbo.usp_unmerge_entities takes it back.
-- p_duplicate_ids: one or more, each once or oftener; p_reason: any text or null; p_actor: who, null for the database's user.
-- Returns the merge's id. Writes dbo.entity_merge, dbo.entity_merge_row, dbo.dim_entity, dbo.entity_mention, dbo.evidence,
-- dbo.entity_dedupe_candidate and every table of dbo.fn_reference_places.
-- Errors: AL004 the tenant has no such entity; AL005 no duplicates; AL011 an entity with itself; AL012 the master or a
-- duplicate is merged already.
CREATE OR REPLACE FUNCTION dbo.usp_merge_entities(p_tenant_id integer, p_master_id bigint, p_duplicate_ids bigint[],
    p_reason text, p_actor text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET jit = off AS $$
DECLARE
    v_duplicates bigint[] := ARRAY(SELECT DISTINCT d.id FROM unnest(p_duplicate_ids) d(id) ORDER BY d.id);
    v_all bigint[] := p_master_id || v_duplicates;
    v_moves dbo.moved_row[] := ARRAY(SELECT ROW(d.id, p_master_id)::dbo.moved_row FROM unnest(v_duplicates) d(id));
    v_place dbo.reference_place;
    v_fault record;
    v_merge_id bigint;
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    IF cardinality(v_duplicates) = 0 OR p_master_id IS NULL OR array_position(v_duplicates, NULL) IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'a merge needs a master and at least one duplicate';
    ELSIF p_master_id = ANY (v_duplicates) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL011', MESSAGE = format('entity %s cannot be merged with itself', p_master_id);
    END IF;
    PERFORM dbo.usp_lock_merge(p_tenant_id, v_all);
    SELECT a.id INTO v_fault FROM unnest(v_all) a(id)
     WHERE NOT EXISTS (SELECT FROM dbo.dim_entity e WHERE e.entity_id = a.id AND e.tenant_id = p_tenant_id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('tenant %s has no entity %s', p_tenant_id, v_fault.id);
    END IF;
    SELECT e.entity_id, e.entity_name, e.merged_into_id INTO v_fault FROM dbo.dim_entity e
     WHERE e.entity_id = ANY (v_all) AND e.tenant_id = p_tenant_id AND e.merged_into_id IS NOT NULL ORDER BY e.entity_id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL012', MESSAGE = format('entity %s (%s) is merged into %s already',
            v_fault.entity_id, v_fault.entity_name, v_fault.merged_into_id);
    END IF;

    INSERT INTO dbo.entity_merge (tenant_id, master_id, duplicate_ids, reason, actor)
    VALUES (p_tenant_id, p_master_id, v_duplicates, p_reason, coalesce(nullif(btrim(p_actor), ''), session_user))
    RETURNING merge_id INTO v_merge_id;
    PERFORM dbo.usp_keep_merge_rows(p_tenant_id, v_merge_id, 'dbo.dim_entity', 'entity_id',
        v_all || ARRAY(SELECT e.entity_id FROM dbo.dim_entity e WHERE e.merged_into_id = ANY (v_duplicates) AND e.tenant_id = p_tenant_id));

    FOR v_place IN SELECT * FROM dbo.fn_reference_places('dbo.dim_entity') LOOP
        PERFORM dbo.usp_move_references(p_tenant_id, v_merge_id, 'dbo.dim_entity', v_place, v_moves);
    END LOOP;
    PERFORM dbo.usp_move_dedupe_candidates(p_tenant_id, v_merge_id, p_master_id, v_duplicates);

    UPDATE dbo.dim_entity e
       SET confidence = greatest(e.confidence, t.confidence), updated_at = now(),
           attributes = dbo.fn_union_attributes(ARRAY[e.attributes, t.attributes]),
           promotion_state = CASE WHEN t.is_approved AND dbo.fn_state_rank(e.promotion_state) IS NOT NULL THEN 'adjudicated'
                                  ELSE dbo.fn_risen_state(e.promotion_state, t.state) END
      FROM (SELECT max(d.confidence) AS confidence, dbo.fn_union_attributes(array_agg(d.attributes)) AS attributes,
                   bool_or(d.promotion_state = 'adjudicated') AS is_approved,
                   (array_agg(d.promotion_state::text ORDER BY dbo.fn_state_rank(d.promotion_state) DESC NULLS LAST))[1] AS state
              FROM dbo.dim_entity d WHERE d.entity_id = ANY (v_duplicates) AND d.tenant_id = p_tenant_id) t
     WHERE e.entity_id = p_master_id AND e.tenant_id = p_tenant_id;
    UPDATE dbo.dim_entity e SET merged_into_id = p_master_id, promotion_state = 'merged', updated_at = now()
     WHERE (e.entity_id = ANY (v_duplicates) OR e.merged_into_id = ANY (v_duplicates)) AND e.tenant_id = p_tenant_id;
    PERFORM dbo.usp_count_support(p_tenant_id, 'dbo.dim_entity', 'entity_id', ARRAY[p_master_id]);
    PERFORM dbo.usp_close_merge_rows(p_tenant_id, v_merge_id);
    RETURN v_merge_id;
END $$;
