-- After an entity got its old name or type back: what pages called by the other name or type meanwhile becomes an entity of
-- its own. p_said: name_id, name_key, entity_name, entity_type and type_key that the override had set, and of the old row
-- the rest. Writes what dbo.usp_move_mentions writes. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_part_renamed_entity(p_tenant_id integer, p_entity_id bigint, p_said jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_said dbo.dim_entity := jsonb_populate_record(NULL::dbo.dim_entity, p_said);
    v_mentions bigint[] := ARRAY(SELECT m.mention_id FROM dbo.entity_mention m
        WHERE m.entity_id = p_entity_id AND m.tenant_id = p_tenant_id AND m.alias_of IS NULL AND m.name_id = v_said.name_id
          AND m.type_key IS NOT DISTINCT FROM v_said.type_key ORDER BY m.mention_id);
    v_new bigint;
BEGIN
    IF cardinality(v_mentions) = 0 THEN
        RETURN;
    END IF;
    INSERT INTO dbo.dim_entity (tenant_id, name_id, entity_name, name_key, entity_type, type_key)
    VALUES (p_tenant_id, v_said.name_id, v_said.entity_name, v_said.name_key, v_said.entity_type, v_said.type_key)
    RETURNING entity_id INTO v_new;
    PERFORM dbo.usp_move_mentions(p_tenant_id,
        ARRAY(SELECT ROW(m.id, p_entity_id, v_new)::dbo.moved_mention FROM unnest(v_mentions) m(id)));
END $$;
