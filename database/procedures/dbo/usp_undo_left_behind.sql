-- Takes away the row that an override left behind, before the override is taken back; what came to it since goes to the item.
-- Writes the item's table, dbo.evidence. AL024: more than evidence came to it, so that it must stay.
CREATE OR REPLACE FUNCTION dbo.usp_undo_left_behind(p_tenant_id integer, p_kind dbo.item_kind, p_item_id bigint, p_left_id bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE dbo.evidence v SET target_id = p_item_id
     WHERE v.target_table = p_kind.table_name AND v.target_id = p_left_id AND v.tenant_id = p_tenant_id
       AND NOT EXISTS (SELECT FROM dbo.evidence o
             WHERE o.target_table = v.target_table AND o.target_id = p_item_id AND o.source_page_id = v.source_page_id
               AND o.chunk_id IS NOT DISTINCT FROM v.chunk_id AND o.char_start = v.char_start AND o.char_end = v.char_end
               AND o.mention_id IS NOT DISTINCT FROM v.mention_id AND o.other_mention_id IS NOT DISTINCT FROM v.other_mention_id);
    DELETE FROM dbo.evidence v WHERE v.target_table = p_kind.table_name AND v.target_id = p_left_id AND v.tenant_id = p_tenant_id;
    EXECUTE format('DELETE FROM %s t WHERE t.%I = $1 AND t.tenant_id = $2', p_kind.table_name::regclass, p_kind.key_column)
      USING p_left_id, p_tenant_id;
EXCEPTION WHEN foreign_key_violation THEN
    RAISE EXCEPTION USING ERRCODE = 'AL024', MESSAGE = format('the override of %s:%s cannot be taken back: later runs linked other rows to what it left behind (%s:%s)',
        p_kind.item_type, p_item_id, p_kind.item_type, p_left_id);
END $$;
