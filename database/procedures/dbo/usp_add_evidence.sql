-- Links rows to the passages that say so; what is linked already stays. A row's support rises by one when a page speaks
-- for it for the first time, but for p_counted: rows that the caller has just made with this page counted (then all items
-- are of one table). Returns how many links were new.
-- The caller holds the locks of the names concerned. Writes dbo.evidence, and the column support of the targets' tables
-- where they have one.
CREATE OR REPLACE FUNCTION dbo.usp_add_evidence(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint,
    p_chunk_id bigint, p_items dbo.evidence_item[], p_counted bigint[] DEFAULT '{}') RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off AS $$
DECLARE
    v_first dbo.evidence_item[];
    v_new integer;
    v_tables text[];
    v_table text;
BEGIN
    IF coalesce(cardinality(p_items), 0) = 0 THEN
        RETURN 0;
    END IF;
    SELECT array_agg(ROW(t.target_table, t.target_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::dbo.evidence_item)
      INTO v_first
      FROM (SELECT DISTINCT i.target_table, i.target_id FROM unnest(p_items) i) t
     WHERE t.target_id <> ALL (p_counted)
       AND NOT EXISTS (SELECT FROM dbo.evidence e WHERE e.target_table = t.target_table AND e.target_id = t.target_id
                          AND e.source_page_id = p_source_page_id AND e.tenant_id = p_tenant_id);
    v_new := (dbo.usp_link_evidence(p_tenant_id, ARRAY[ROW(p_source_page_id, p_chunk_id, p_run_id, NULL, NULL, NULL, NULL, NULL)::dbo.passage],
                                    array_fill(1, ARRAY[cardinality(p_items)]), p_items))[1];
    IF v_first IS NULL THEN
        RETURN v_new;
    END IF;

    v_tables := ARRAY(SELECT DISTINCT f.target_table FROM unnest(v_first) f ORDER BY 1);
    IF 'dbo.dim_entity' = ANY (v_tables) THEN
        UPDATE dbo.dim_entity d SET support = d.support + 1, updated_at = now() FROM unnest(v_first) f
         WHERE f.target_table = 'dbo.dim_entity' AND d.entity_id = f.target_id AND d.tenant_id = p_tenant_id;
    END IF;
    IF 'dbo.bridge_entity_relation' = ANY (v_tables) THEN
        UPDATE dbo.bridge_entity_relation d SET support = d.support + 1, updated_at = now() FROM unnest(v_first) f
         WHERE f.target_table = 'dbo.bridge_entity_relation' AND d.relation_id = f.target_id AND d.tenant_id = p_tenant_id;
    END IF;
    FOREACH v_table IN ARRAY v_tables LOOP
        CONTINUE WHEN v_table IN ('dbo.dim_entity', 'dbo.bridge_entity_relation')
                   OR NOT EXISTS (SELECT FROM pg_attribute a
                                   WHERE a.attrelid = v_table::regclass AND a.attname = 'support' AND NOT a.attisdropped);
        EXECUTE format('UPDATE %1$s d SET support = d.support + 1, updated_at = now() FROM unnest($1) f
                         WHERE f.target_table = $2 AND d.%2$I = f.target_id AND d.tenant_id = $3', v_table::regclass, dbo.fn_key_column(v_table))
          USING v_first, v_table, p_tenant_id;
    END LOOP;
    IF EXISTS (SELECT FROM dbo.retired_row r WHERE r.tenant_id = p_tenant_id) THEN
        PERFORM dbo.usp_revive_rows(p_tenant_id, ARRAY(SELECT ROW(f.target_table, f.target_id)::dbo.row_reference FROM unnest(v_first) f));
    END IF;
    RETURN v_new;
END $$;
