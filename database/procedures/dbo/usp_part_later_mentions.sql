-- The second half of taking a merge back: sorts what came after the merge. Mentions of a duplicate's name and type go to the
-- duplicate, with all that rests on them; bridges and facts go where their evidence's mentions are; rows that changed since
-- are computed anew. p_relation_ids: relations of the merge that changed since; p_is_changed: any row of it did.
-- Writes what dbo.usp_move_mentions writes. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_part_later_mentions(p_tenant_id integer, p_master_id bigint, p_duplicate_ids bigint[],
    p_relation_ids bigint[], p_is_changed boolean) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_all bigint[] := p_master_id || p_duplicate_ids;
    v_strays dbo.moved_mention[];
    v_lost bigint[];
BEGIN
    SELECT array_agg(ROW(m.mention_id, m.entity_id, d.entity_id)::dbo.moved_mention) INTO v_strays
      FROM dbo.dim_entity d
      JOIN dbo.entity_mention m ON m.name_id = d.name_id AND m.tenant_id = d.tenant_id AND m.alias_of IS NULL
       AND m.type_key IS NOT DISTINCT FROM d.type_key AND m.entity_id = p_master_id
     WHERE d.entity_id = ANY (p_duplicate_ids) AND d.tenant_id = p_tenant_id AND d.merged_into_id IS NULL;
    IF v_strays IS NULL AND NOT p_is_changed THEN
        v_lost := ARRAY(SELECT v.mention_id FROM dbo.evidence v JOIN dbo.entity_mention m ON m.mention_id = v.mention_id
                         WHERE v.target_table = 'dbo.dim_entity' AND v.target_id = ANY (v_all) AND v.target_id <> m.entity_id
                           AND v.tenant_id = p_tenant_id);
        IF cardinality(v_lost) = 0 AND cardinality(dbo.fn_misplaced_mentions(p_tenant_id, v_all)) = 0 THEN
            RETURN;
        END IF;
    END IF;
    -- What later passages said of mentions that the merge had moved follows them back.
    UPDATE dbo.fact_entity_extraction x SET entity_id = m.entity_id FROM dbo.entity_mention m
     WHERE x.mention_id = m.mention_id AND x.entity_id = ANY (v_all) AND x.tenant_id = p_tenant_id AND x.entity_id <> m.entity_id;
    UPDATE dbo.evidence v SET target_id = m.entity_id FROM dbo.entity_mention m
     WHERE v.mention_id = m.mention_id AND v.target_table = 'dbo.dim_entity' AND v.target_id = ANY (v_all)
       AND v.tenant_id = p_tenant_id AND v.target_id <> m.entity_id;
    IF v_strays IS NOT NULL THEN
        PERFORM dbo.usp_move_mentions(p_tenant_id, v_strays);
    END IF;
    PERFORM dbo.usp_settle_untyped_mentions(p_tenant_id,
        ARRAY(SELECT d.name_id FROM dbo.dim_entity d WHERE d.entity_id = ANY (v_all) AND d.tenant_id = p_tenant_id), NULL, NULL);
    PERFORM dbo.usp_move_rows(p_tenant_id, dbo.fn_misplaced_mentions(p_tenant_id, v_all));
    PERFORM dbo.usp_derive_relations(p_tenant_id, p_relation_ids);
    PERFORM dbo.usp_derive_entities(p_tenant_id, v_all);
    -- What stood on pages that were forgotten since goes with them.
    DELETE FROM dbo.bridge_entity_relation r
     WHERE r.relation_id = ANY (p_relation_ids) AND r.tenant_id = p_tenant_id AND dbo.fn_state_rank(r.promotion_state) IS NOT NULL
       AND NOT EXISTS (SELECT FROM dbo.evidence v
                        WHERE v.target_table = 'dbo.bridge_entity_relation' AND v.target_id = r.relation_id);
    IF EXISTS (SELECT FROM unnest(v_all) a(id)
                WHERE NOT EXISTS (SELECT FROM dbo.entity_mention m WHERE m.entity_id = a.id AND m.tenant_id = p_tenant_id)) THEN
        PERFORM dbo.usp_drop_unmentioned_entities(p_tenant_id, v_all, NULL);
    END IF;
END $$;
