-- Approves a proposal of a table: makes the dimension or bridge with the standard columns, keys and indexes, registers the
-- family, and moves what waited into it with its evidence, all in one transaction. From then on the procedures that fill the
-- other tables fill it. Where the family, or the pair of a bridge, is registered already, things only move.
-- p_reason, p_actor: why and who, kept with it (null: no reason; the database's user); p_override: {"family"?, "table"?, "columns"?} or null
-- (dbo.fn_proposed_table).
-- Returns {proposal_id, family, kind, table_name, is_new_table, moved}.
-- Writes dbo.schema_proposal, dbo.dimension_family or dbo.bridge_family, the new table, and what dbo.usp_move_waiting_items writes.
-- Errors: AL003 an override of another shape; AL004 no such proposal; AL016 the name cannot be the table's; AL017 decided already.
CREATE OR REPLACE FUNCTION dbo.usp_apply_schema_proposal(p_tenant_id integer, p_proposal_id bigint, p_reason text, p_actor text,
    p_override jsonb DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_proposal dbo.schema_proposal;
    v_table record;
    v_actor text := coalesce(nullif(btrim(p_actor), ''), session_user);
    v_moved bigint;
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    -- Before the proposal's row: routing holds names while it waits for that.
    LOCK TABLE dbo.name, dbo.dimension_family, dbo.bridge_family IN SHARE ROW EXCLUSIVE MODE;
    v_proposal := dbo.fn_require_open_proposal(p_tenant_id, p_proposal_id);
    SELECT * INTO v_table FROM dbo.fn_proposed_table(v_proposal, p_override);
    IF v_table.definition IS NOT NULL THEN
        EXECUTE v_table.definition;
        EXECUTE format('COMMENT ON TABLE %s IS %L', v_table.table_name::regclass,
            format('made for the family %s, proposal %s, approved by %s%s', v_table.family, p_proposal_id, v_actor, coalesce(': ' || p_reason, '')));
        IF v_proposal.kind = 'dimension' THEN
            PERFORM dbo.usp_register_dimension_family(v_table.family, v_table.table_name, substr(v_table.table_name, 9) || '_name', substr(v_table.table_name, 9) || '_type',
                '{"start_date": "start_date", "end_date": "end_date", "start_text": "start_text", "end_text": "end_text", "start_precision": "start_precision", "end_precision": "end_precision"}');
        ELSE
            PERFORM dbo.usp_register_bridge_family(f.family, t.family, v_table.table_name, c.from_column, c.to_column, 'role')
               FROM dbo.dimension_family f, dbo.dimension_family t, dbo.fn_bridge_columns(f, t) c
              WHERE f.family = v_proposal.from_family AND t.family = v_proposal.to_family;
        END IF;
    END IF;
    v_moved := dbo.usp_move_waiting_items(p_tenant_id, p_proposal_id, v_proposal.kind, v_table.family);
    UPDATE dbo.schema_proposal p
       SET status = 'approved', table_name = substr(v_table.table_name, 5), moved = v_moved, items = 0, definition = v_table.definition,
           override = nullif(p_override, 'null'), reason = p_reason, actor = v_actor, decided_at = clock_timestamp(), updated_at = now()
     WHERE p.proposal_id = p_proposal_id AND p.tenant_id = p_tenant_id;
    RETURN jsonb_build_object('proposal_id', p_proposal_id, 'family', v_table.family, 'kind', v_proposal.kind, 'table_name', v_table.table_name,
                              'is_new_table', v_table.definition IS NOT NULL, 'moved', v_moved);
END $$;
