-- Takes the locks of all names that items of bridges, facts and dimensions hold, at once and in the order of the keys, so that
-- the steps that follow never wait in another order. p_items: arrays of objects. Writes dbo.name.
CREATE OR REPLACE FUNCTION dbo.usp_lock_item_names(p_tenant_id integer, VARIADIC p_items jsonb[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM dbo.usp_lock_names(p_tenant_id, ARRAY(
        SELECT dbo.fn_name_key(btrim(n.name, E' \t\n\r')) FROM unnest(p_items) p(items)
         CROSS JOIN jsonb_array_elements(p.items) e(item)
         CROSS JOIN LATERAL (
            SELECT e.item ->> m.member AS name FROM unnest(ARRAY['name', 'subject', 'object', 'start_work', 'end_work']) m(member)
             WHERE jsonb_typeof(e.item -> m.member) = 'string'
            UNION ALL
            SELECT a.alias FROM jsonb_array_elements_text(CASE WHEN jsonb_typeof(e.item -> 'aliases') = 'array'
                                                               THEN e.item -> 'aliases' ELSE '[]' END) a(alias)) n
         WHERE btrim(n.name, E' \t\n\r') <> ''));
END $$;
