-- The condition, as SQL text, under which a row goes into an export: it is of the tenant, and, where only what is promoted or
-- adjudicated is asked for, it is so itself, and so is every row that it cannot stand without (references, dbo.fn_references, that are never
-- null; the row that subject_table and subject_id, or target_table and target_id, name). p_alias: of the row in the text.
-- p_depth: 0, but for calls by itself. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_export_condition(p_table text, p_alias text, p_tenant_id integer, p_promoted_only boolean,
    p_depth integer DEFAULT 0) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_condition text := format('%I.tenant_id = %s', p_alias, p_tenant_id);
    v_other text := p_alias || p_depth;
    v_place record;
    v_prefix text;
BEGIN
    IF NOT p_promoted_only THEN
        RETURN v_condition;
    END IF;
    FOR v_place IN
        SELECT a.attname::text AS name, a.attnotnull, f.other_id::regclass::text AS other_table
          FROM pg_attribute a
          LEFT JOIN dbo.fn_references() f ON f.table_id = a.attrelid AND f.place = a.attnum
               AND EXISTS (SELECT FROM dbo.fn_star_tables() s WHERE s.table_name::regclass = f.other_id AND s.has_state)
         WHERE a.attrelid = p_table::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
    LOOP
        IF v_place.name = 'promotion_state' THEN
            v_condition := v_condition || format(' AND %I.promotion_state IN (''promoted'', ''adjudicated'')', p_alias);
        ELSIF v_place.other_table IS NOT NULL AND v_place.attnotnull THEN
            v_condition := v_condition || format(
                ' AND EXISTS (SELECT FROM %1$s %2$I WHERE %2$I.%3$I = %4$I.%5$I AND %2$I.tenant_id = %4$I.tenant_id'
                ' AND %2$I.promotion_state IN (''promoted'', ''adjudicated''))',
                v_place.other_table, v_other, dbo.fn_key_column(v_place.other_table), p_alias, v_place.name);
        ELSIF v_place.name IN ('subject_table', 'target_table') AND p_depth < 2 THEN
            v_prefix := regexp_replace(v_place.name, '_table$', '');
            v_condition := v_condition || ' AND (' || (
                SELECT string_agg(format('%1$I.%2$I = %3$L AND EXISTS (SELECT FROM %4$s %5$I WHERE %5$I.%6$I = %1$I.%7$I AND %8$s)',
                           p_alias, v_place.name, s.table_name, s.table_name::regclass, v_other, s.key_column, v_prefix || '_id',
                           dbo.fn_export_condition(s.table_name, v_other, p_tenant_id, true, p_depth + 1)), ' OR ')
                  FROM (SELECT t.table_name, t.key_column FROM dbo.fn_star_tables() t
                         WHERE t.has_state AND (v_place.name = 'target_table' OR t.kind <> 'fact')
                        UNION ALL SELECT 'sem.page_classification', 'source_page_id') s) || ')';
        END IF;
    END LOOP;
    RETURN v_condition;
END $$;
