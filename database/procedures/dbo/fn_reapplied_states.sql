-- The states that items of a kind have by thresholds p_auto_promote and p_manual_review: of p_limit rows after p_after in the order of ids, each id with its
-- state and the state that its evidence earns; null where nothing changes that: decided, merged or retired, or no evidence.
-- Writes nothing. AL025: no such kind.
CREATE OR REPLACE FUNCTION dbo.fn_reapplied_states(p_tenant_id integer, p_item_type text, p_after bigint, p_limit integer,
    p_auto_promote double precision, p_manual_review double precision)
RETURNS TABLE (item_id bigint, old_state text, new_state text)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off AS $$
DECLARE
    v_kind dbo.item_kind := dbo.fn_item_kind(p_item_type);
    v_rank text := 'CASE WHEN %1$s.grounding = ''none'' OR %1$s.confidence < $5 THEN 1 WHEN %1$s.grounding = ''fuzzy'' OR %1$s.confidence < $6 THEN 2 ELSE 3 END';
BEGIN
    RETURN QUERY EXECUTE format($q$
        SELECT t.%2$I, t.promotion_state::text,
               CASE WHEN dbo.fn_state_rank(t.promotion_state) IS NOT NULL
                    THEN (ARRAY['suppressed', 'candidate', 'promoted'])[least((%3$s), %4$s)] END
          FROM (SELECT * FROM %1$s r WHERE r.tenant_id = $1 AND r.%2$I > $2 ORDER BY r.%2$I LIMIT $3) t
         ORDER BY t.%2$I$q$, v_kind.table_name::regclass, v_kind.key_column,
        CASE WHEN p_item_type = 'page_classification' THEN format(v_rank, 't')
             ELSE format('SELECT max(%s) FROM dbo.evidence v WHERE v.target_table = $4 AND v.target_id = t.%I AND v.tenant_id = $1',
                         format(v_rank, 'v'), v_kind.key_column) END,
        CASE WHEN p_item_type = 'relation' THEN 'CASE WHEN EXISTS (SELECT FROM dbo.dim_entity d WHERE d.entity_id IN (t.from_entity_id, t.to_entity_id)
                  AND d.tenant_id = $1 AND d.promotion_state = ''rejected'') THEN 1 WHEN t.end_date < t.start_date THEN 2 ELSE 3 END'
             WHEN v_kind.fields ? 'start_date' THEN 'CASE WHEN t.end_date < t.start_date THEN 2 ELSE 3 END'
             ELSE '3' END)
    USING p_tenant_id, coalesce(p_after, 0), p_limit, v_kind.table_name, p_manual_review, p_auto_promote;
END $$;
