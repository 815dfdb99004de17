-- Takes out of the records of merges what stood on a page, so that taking a merge back brings none of it again: copies of the
-- page's rows, and of rows that the merge had folded away and that had no other evidence. p_master_ids: the entities
-- that the page mentioned. Writes dbo.entity_merge_row. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_forget_merge_rows(p_tenant_id integer, p_source_page_id bigint, p_master_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_merges bigint[];
BEGIN
    v_merges := ARRAY(SELECT m.merge_id FROM dbo.entity_merge m
                       WHERE m.tenant_id = p_tenant_id AND m.undone_at IS NULL
                         AND m.master_id IN (SELECT unnest(p_master_ids)
                             UNION SELECT d.entity_id FROM dbo.dim_entity d WHERE d.merged_into_id = ANY (p_master_ids) AND d.tenant_id = p_tenant_id));
    IF cardinality(v_merges) = 0 THEN
        RETURN;
    END IF;
    WITH gone AS (
        DELETE FROM dbo.entity_merge_row k
         WHERE k.merge_id = ANY (v_merges) AND k.tenant_id = p_tenant_id
           AND coalesce(k.before ->> 'source_page_id', k.after ->> 'source_page_id') = p_source_page_id::text
        RETURNING k.merge_id, k.row_key, k.before ->> 'target_table' AS target_table, k.before ->> 'target_id' AS target_id)
    DELETE FROM dbo.entity_merge_row k USING gone g
     WHERE k.merge_id = g.merge_id AND k.tenant_id = p_tenant_id AND k.table_name = g.target_table AND k.row_key = g.target_id
       AND k.after IS NULL
       AND NOT EXISTS (SELECT FROM dbo.entity_merge_row o
                        WHERE o.merge_id = k.merge_id AND o.tenant_id = k.tenant_id AND o.table_name = 'dbo.evidence'
                          AND o.before ->> 'target_table' = k.table_name AND o.before ->> 'target_id' = k.row_key
                          AND NOT EXISTS (SELECT FROM gone h WHERE h.merge_id = o.merge_id AND h.row_key = o.row_key));
END $$;
