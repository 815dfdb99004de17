-- The query, as SQL text, that reads a table or view for an export: the columns that fn_export_columns names, arrays as JSON,
-- in the order of p_key where it is given. Under p_promoted_only a column that may be null, and leads to a row that stays behind, is null.
-- p_shape: rows (for tables); triples, which also has subject_node (table and id of a fact's subject as table/id); nodes,
-- which has that, evidence (JSON array) and, of entities, aliases (JSON array). Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_export_query(p_table text, p_key text, p_tenant_id integer, p_shape text, p_promoted_only boolean,
    p_with_text boolean) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_list text;
    v_subject text;
BEGIN
    SELECT string_agg(CASE
               WHEN p_promoted_only AND c.reference IS NOT NULL AND NOT c.is_required AND s.has_state
                   THEN format('CASE WHEN EXISTS (SELECT FROM %1$s o WHERE o.%2$I = t.%3$I AND o.tenant_id = t.tenant_id'
                               ' AND o.promotion_state IN (''promoted'', ''adjudicated'')) THEN t.%3$I END AS %3$I',
                               c.reference::regclass, s.key_column, c.name)
               WHEN c.is_array THEN format('to_jsonb(t.%1$I) AS %1$I', c.name)
               ELSE format('t.%I', c.name) END, ', ' ORDER BY c.place)
      INTO v_list
      FROM dbo.fn_export_columns(p_table, p_with_text) c LEFT JOIN dbo.fn_star_tables() s ON s.table_name = c.reference;
    IF p_shape <> 'rows' THEN
        SELECT string_agg(format('WHEN t.%1$I = %2$L AND EXISTS (SELECT FROM %3$s o WHERE o.%4$I = t.%5$I AND %6$s) THEN %7$L || t.%5$I',
                   s.subject_prefix || '_table', d.table_name, d.table_name::regclass, d.key_column, s.subject_prefix || '_id',
                   dbo.fn_export_condition(d.table_name, 'o', p_tenant_id, p_promoted_only), split_part(d.table_name, '.', 2) || '/'), ' ')
          INTO v_subject
          FROM dbo.fn_star_tables() s CROSS JOIN dbo.fn_star_tables() d
         WHERE s.table_name = p_table AND s.subject_prefix IS NOT NULL AND d.kind = 'dimension';
        v_list := v_list || coalesce(', CASE ' || v_subject || ' END', ', NULL::text') || ' AS subject_node';
    END IF;
    IF p_shape = 'nodes' THEN
        v_list := v_list || format(
            ', (SELECT jsonb_agg(jsonb_build_object(''locator'', p.locator, ''char_start'', v.char_start, ''char_end'', v.char_end%s,'
            ' ''grounding'', v.grounding, ''run_id'', v.run_id) ORDER BY p.locator, v.char_start, v.evidence_id)'
            ' FROM dbo.evidence v JOIN sem.source_page p ON p.source_page_id = v.source_page_id AND p.tenant_id = v.tenant_id'
            ' WHERE v.target_id = t.%I AND v.target_table = %L AND v.tenant_id = t.tenant_id) AS evidence',
            CASE WHEN p_with_text THEN ', ''quote'', v.quote' ELSE '' END, p_key, p_table);
        v_list := v_list || CASE p_table WHEN 'dbo.dim_entity' THEN
            ', (SELECT jsonb_agg(a.alias ORDER BY a.alias) FROM dbo.vw_entity_alias a'
            ' WHERE a.entity_id = t.entity_id AND a.tenant_id = t.tenant_id)' ELSE ', NULL::jsonb' END || ' AS aliases';
    END IF;
    RETURN format('SELECT %s FROM %s t WHERE %s ORDER BY t.%I', v_list, p_table::regclass,
                  dbo.fn_export_condition(p_table, 't', p_tenant_id, p_promoted_only), p_key);
END $$;
