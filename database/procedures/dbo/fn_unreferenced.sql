-- Of some rows of a table those that no other table refers to (dbo.fn_reference_places). p_table: with its schema.
-- Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_unreferenced(p_tenant_id integer, p_table text, p_ids bigint[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_place dbo.reference_place;
    v_ids bigint[] := p_ids;
BEGIN
    IF cardinality(v_ids) = 0 THEN
        RETURN v_ids;
    END IF;
    FOR v_place IN SELECT * FROM dbo.fn_reference_places(p_table) LOOP
        EXECUTE (SELECT format('SELECT coalesce(array_agg(i.id), ''{}'') FROM unnest($1) i(id) WHERE %s AND $2 IS NOT NULL AND $3 IS NOT NULL',
                               string_agg(format('NOT EXISTS (SELECT FROM %s t WHERE t.%I = i.id AND t.tenant_id = $2 %s)', v_place.table_name::regclass, c.name,
                                   -- A mention that is not another name has an entity of its name, which is looked for too.
                                   CASE WHEN p_table = 'dbo.name' AND v_place.table_name = 'dbo.entity_mention' THEN 'AND t.alias_of IS NOT NULL' ELSE '' END ||
                                   CASE WHEN v_place.tag_column IS NULL THEN '' ELSE format('AND t.%I = $3', v_place.tag_column) END), ' AND '))
                   FROM unnest(v_place.reference_columns) c(name))
           INTO v_ids USING v_ids, p_tenant_id, p_table;
    END LOOP;
    RETURN v_ids;
END $$;
