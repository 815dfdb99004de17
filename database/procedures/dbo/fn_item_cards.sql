-- Items of one type as lists show them: label, state, confidence, support, and when they hold as far as they say it, bounds
-- {start_date, end_date, start_text, end_text} (of events and works when they were). Writes nothing. AL025: no such type.
CREATE OR REPLACE FUNCTION dbo.fn_item_cards(p_tenant_id integer, p_item_type text, p_item_ids bigint[])
RETURNS TABLE (item_id bigint, label text, state text, confidence double precision, support integer, bounds jsonb)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off AS $$
DECLARE
    v_kind dbo.item_kind := dbo.fn_item_kind(p_item_type);
BEGIN
    RETURN QUERY EXECUTE format($q$
        SELECT i.item_id, i.label, i.promotion_state, i.confidence, i.support::integer, jsonb_strip_nulls(jsonb_build_object(
                   'start_date', coalesce(r.j -> 'start_date', r.j -> 'event_date', r.j -> 'release_date'),
                   'end_date', coalesce(r.j -> 'end_date', r.j -> 'event_end_date', r.j -> 'release_end_date'),
                   'start_text', coalesce(r.j -> 'start_text', r.j -> 'event_date_text', r.j -> 'release_date_text'), 'end_text', r.j -> 'end_text'))
          FROM dbo.vw_item i
          JOIN %s t ON t.%I = i.item_id AND t.tenant_id = $1
         CROSS JOIN LATERAL (SELECT to_jsonb(t) AS j) r
         WHERE i.tenant_id = $1 AND i.item_type = %L AND i.item_id = ANY ($2)$q$, v_kind.table_name::regclass, v_kind.key_column, p_item_type)
      USING p_tenant_id, p_item_ids;
END $$;
