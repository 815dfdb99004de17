-- The items that cannot be so if an item is not: relations, participations and facts of an entity, participations of an event and so
-- on, as far as they stand and nobody decided about them. Of what says nothing of others, none. Being a bound in
-- time does not count. Writes nothing. AL025: no such type.
CREATE OR REPLACE FUNCTION dbo.fn_dependants(p_tenant_id integer, p_item_type text, p_item_id bigint)
RETURNS TABLE (item_type text, item_id bigint, state text)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off AS $$
DECLARE
    v_kind dbo.item_kind := dbo.fn_item_kind(p_item_type);
    v_query text;
BEGIN
    IF v_kind.table_name NOT LIKE 'dbo.dim\_%' THEN
        RETURN;
    END IF;
    SELECT string_agg(format('SELECT %L::text, t.%I, t.promotion_state::text FROM %s t
                WHERE %s AND t.tenant_id = $1 AND t.promotion_state IN (''staged'', ''candidate'', ''promoted'')', k.item_type, k.key_column, k.table_name,
                CASE WHEN r.tag_column IS NULL THEN (SELECT '(' || string_agg(format('t.%I = $2', c.name), ' OR ' ORDER BY c.name) || ')' FROM unnest(r.reference_columns) c(name)
                                                      WHERE c.name NOT IN ('start_work_id', 'end_work_id'))
                     ELSE format('t.%I = %L AND t.%I = $2', r.tag_column, v_kind.table_name, r.reference_columns[1]) END), ' UNION ALL ')
      INTO v_query
      FROM dbo.fn_reference_places(v_kind.table_name) r JOIN dbo.fn_item_kinds() k ON k.table_name = r.table_name
     WHERE r.tag_column IS NOT NULL OR NOT r.reference_columns <@ ARRAY['start_work_id', 'end_work_id'];
    RETURN QUERY EXECUTE v_query USING p_tenant_id, p_item_id;
END $$;
