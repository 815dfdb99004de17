-- Takes a merge back: every row that it changed is again what it was. What came since stays: what was said under a
-- duplicate's name goes to the duplicate, what was said under the master's stays there, and rows that both had a part in are
-- computed anew.
-- p_tenant_id: whose merge it must be, null for any; p_actor: who takes it back, null for the database's user.
-- Returns the master's id. Writes all that dbo.usp_merge_entities writes.
-- Errors: AL004 there is no such merge; AL013 it is taken back already, or a later merge rests on rows of it and must be
-- taken back first.
CREATE OR REPLACE FUNCTION dbo.usp_unmerge_entities(p_merge_id bigint, p_tenant_id integer DEFAULT NULL, p_actor text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET jit = off AS $$
DECLARE
    v_merge dbo.entity_merge;
    v_all bigint[];
    v_later bigint;
    v_table text;
    v_keys text[];
    v_relations bigint[] := '{}';
    v_changed jsonb := '{}';
    v_is_changed boolean := false;
BEGIN
    SELECT m.* INTO v_merge FROM dbo.entity_merge m
     WHERE m.merge_id = p_merge_id AND m.tenant_id = coalesce(p_tenant_id, m.tenant_id);
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('there is no merge %s', coalesce(p_merge_id::text, 'null'));
    END IF;
    v_all := v_merge.master_id || v_merge.duplicate_ids;
    PERFORM dbo.usp_lock_merge(v_merge.tenant_id, v_all);
    SELECT m.* INTO v_merge FROM dbo.entity_merge m WHERE m.merge_id = p_merge_id AND m.tenant_id = v_merge.tenant_id FOR UPDATE;
    IF v_merge.undone_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL013', MESSAGE = format('merge %s was taken back already, at %s', p_merge_id, v_merge.undone_at);
    END IF;
    SELECT max(m.merge_id) INTO v_later
      FROM dbo.entity_merge_row k
      JOIN dbo.entity_merge_row l ON l.table_name = k.table_name AND l.row_key = k.row_key AND l.tenant_id = k.tenant_id
      JOIN dbo.entity_merge m ON m.merge_id = l.merge_id AND m.tenant_id = l.tenant_id AND m.undone_at IS NULL
     WHERE k.merge_id = p_merge_id AND k.tenant_id = v_merge.tenant_id AND l.merge_id > p_merge_id;
    IF v_later IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AL013',
            MESSAGE = format('merge %s cannot be taken back before merge %s, which came later and rests on it', p_merge_id, v_later);
    END IF;

    FOR v_table IN SELECT DISTINCT k.table_name FROM dbo.entity_merge_row k
                    WHERE k.merge_id = p_merge_id AND k.tenant_id = v_merge.tenant_id ORDER BY 1 LOOP
        v_keys := dbo.usp_restore_merge_rows(v_merge.tenant_id, p_merge_id, v_table);
        v_is_changed := v_is_changed OR cardinality(v_keys) > 0;
        IF v_table = 'dbo.bridge_entity_relation' THEN
            v_relations := v_keys::bigint[];
        ELSIF dbo.fn_mention_ends(v_table) IS NOT NULL THEN
            v_changed := v_changed || jsonb_build_object(v_table, v_keys);
        ELSIF v_table LIKE 'dbo.bridge%' THEN
            PERFORM dbo.usp_count_support(v_merge.tenant_id, v_table, dbo.fn_key_column(v_table), v_keys::bigint[]);
        END IF;
    END LOOP;
    PERFORM dbo.usp_part_later_mentions(v_merge.tenant_id, v_merge.master_id, v_merge.duplicate_ids, v_relations, v_is_changed);
    FOR v_table, v_keys IN SELECT c.key, ARRAY(SELECT jsonb_array_elements_text(c.value)) FROM jsonb_each(v_changed) c LOOP
        PERFORM dbo.usp_derive_rows(v_merge.tenant_id, v_table, v_keys::bigint[]);
    END LOOP;
    UPDATE dbo.entity_merge m SET undone_at = now(), undone_by = coalesce(nullif(btrim(p_actor), ''), session_user)
     WHERE m.merge_id = p_merge_id AND m.tenant_id = v_merge.tenant_id;
    RETURN v_merge.master_id;
END $$;
