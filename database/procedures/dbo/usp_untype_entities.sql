-- Brings names back to what is still said of them after mentions have gone: a row whose type no mention says any more
-- gives its mentions to the name's untyped row, or becomes it, and the name's untyped mentions are settled anew. Rows that
-- a person decided on, and masters of merged ones, keep their type.
-- Returns the entities concerned. Writes what dbo.usp_move_mentions writes. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_untype_entities(p_tenant_id integer, p_name_ids bigint[]) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_entities bigint[];
    v_names bigint[];
    v_moved dbo.moved_mention[];
BEGIN
    SELECT coalesce(array_agg(e.entity_id), '{}'), coalesce(array_agg(DISTINCT e.name_id), '{}') INTO v_entities, v_names
      FROM dbo.dim_entity e
     WHERE e.tenant_id = p_tenant_id AND e.name_id = ANY (p_name_ids) AND e.type_key IS NOT NULL
       AND dbo.fn_state_rank(e.promotion_state) IS NOT NULL
       AND NOT EXISTS (SELECT FROM dbo.dim_entity d WHERE d.merged_into_id = e.entity_id AND d.tenant_id = e.tenant_id)
       AND NOT EXISTS (SELECT FROM dbo.entity_mention m WHERE m.entity_id = coalesce(e.merged_into_id, e.entity_id) AND m.name_id = e.name_id AND m.tenant_id = e.tenant_id
                          AND m.type_key = e.type_key AND m.alias_of IS NULL);
    IF cardinality(v_entities) = 0 THEN
        RETURN v_entities;
    END IF;
    UPDATE dbo.dim_entity e SET type_key = NULL, entity_type = 'unknown', updated_at = now()
      FROM (SELECT min(d.entity_id) AS entity_id FROM dbo.dim_entity d
             WHERE d.entity_id = ANY (v_entities) AND d.tenant_id = p_tenant_id
               AND EXISTS (SELECT FROM dbo.entity_mention m WHERE m.entity_id = d.entity_id AND m.tenant_id = d.tenant_id)
               AND NOT EXISTS (SELECT FROM dbo.dim_entity u WHERE u.tenant_id = d.tenant_id AND u.name_id = d.name_id AND u.type_key IS NULL)
             GROUP BY d.name_id) f
     WHERE e.entity_id = f.entity_id AND e.tenant_id = p_tenant_id;
    SELECT array_agg(ROW(m.mention_id, m.entity_id, coalesce(u.merged_into_id, u.entity_id))::dbo.moved_mention) INTO v_moved
      FROM dbo.entity_mention m
      JOIN dbo.dim_entity e ON e.entity_id = m.entity_id AND e.tenant_id = m.tenant_id AND e.type_key IS NOT NULL
      JOIN dbo.dim_entity u ON u.tenant_id = e.tenant_id AND u.name_id = e.name_id AND u.type_key IS NULL
     WHERE m.entity_id = ANY (v_entities) AND m.tenant_id = p_tenant_id AND m.alias_of IS NULL;
    IF v_moved IS NOT NULL THEN
        PERFORM dbo.usp_move_mentions(p_tenant_id, v_moved);
    END IF;
    -- Out of the way before homes are looked for: a row without a mention must not count as one of the name's rows.
    PERFORM dbo.usp_drop_unmentioned_entities(p_tenant_id, v_entities, NULL);
    PERFORM dbo.usp_settle_untyped_mentions(p_tenant_id, v_names, NULL, NULL);
    RETURN v_entities;
END $$;
