-- Takes entities away that nothing mentions any more, with the merged ones that stood behind them; those that a person
-- decided on or that others refer to retire. Returns how many went and how many retired.
-- p_forgetting_id: what for; null: nothing retires.
-- Writes dbo.dim_entity, dbo.entity_dedupe_candidate, dbo.entity_merge_row, dbo.retired_row. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_drop_unmentioned_entities(p_tenant_id integer, p_entity_ids bigint[], p_forgetting_id bigint,
    OUT gone integer, OUT retired integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_bare bigint[];
    v_free bigint[];
BEGIN
    v_bare := ARRAY(SELECT e.entity_id FROM dbo.dim_entity e
                     WHERE e.entity_id = ANY (p_entity_ids) AND e.tenant_id = p_tenant_id AND e.merged_into_id IS NULL
                       AND NOT EXISTS (SELECT FROM dbo.entity_mention m WHERE m.entity_id = e.entity_id AND m.tenant_id = p_tenant_id));
    v_free := dbo.fn_unreferenced(p_tenant_id, 'dbo.dim_entity', ARRAY(
        SELECT e.entity_id FROM dbo.dim_entity e WHERE e.entity_id = ANY (v_bare) AND e.tenant_id = p_tenant_id
           AND dbo.fn_state_rank(e.promotion_state) IS NOT NULL));
    retired := dbo.usp_retire_rows(p_tenant_id, 'dbo.dim_entity', ARRAY(SELECT unnest(v_bare) EXCEPT SELECT unnest(v_free)), p_forgetting_id);
    -- Merged rows go with their master, or when none of the master's mentions is under their name.
    v_free := v_free || ARRAY(
        SELECT d.entity_id FROM dbo.dim_entity d
         WHERE d.merged_into_id = ANY (v_free) AND d.tenant_id = p_tenant_id
        UNION
        SELECT d.entity_id FROM dbo.dim_entity d
         WHERE d.entity_id = ANY (p_entity_ids) AND d.tenant_id = p_tenant_id AND d.merged_into_id IS NOT NULL
           AND NOT EXISTS (SELECT FROM dbo.entity_mention m WHERE m.name_id = d.name_id AND m.entity_id = d.merged_into_id AND m.tenant_id = p_tenant_id));
    IF cardinality(v_free) = 0 THEN
        gone := 0;
        RETURN;
    END IF;
    DELETE FROM dbo.entity_dedupe_candidate c
     WHERE (c.first_entity_id = ANY (v_free) OR c.second_entity_id = ANY (v_free)) AND c.tenant_id = p_tenant_id;
    DELETE FROM dbo.entity_merge_row k
     WHERE k.table_name = 'dbo.dim_entity' AND k.row_key = ANY (v_free::text[]) AND k.tenant_id = p_tenant_id;
    DELETE FROM dbo.entity_merge_row k
     WHERE k.table_name = 'dbo.entity_dedupe_candidate' AND k.tenant_id = p_tenant_id
       AND (split_part(k.row_key, ':', 1)::bigint = ANY (v_free) OR split_part(k.row_key, ':', 2)::bigint = ANY (v_free));
    DELETE FROM dbo.dim_entity e WHERE e.entity_id = ANY (v_free) AND e.tenant_id = p_tenant_id;
    GET DIAGNOSTICS gone = ROW_COUNT;
END $$;
