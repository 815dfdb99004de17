-- One step of applying the present thresholds to what is stored: p_limit rows (1 to 10000) of one kind, after p_after in the order of
-- ids. What people decided stays; so that later runs agree, what evidence and mentions earn is computed anew too.
-- p_dry_thresholds: null, or thresholds as for dbo.usp_replace_thresholds: only count what those would do. Returns the last id looked at (null: nothing was left) and {"from>to": rows that change}.
-- Writes, unless it only counts, the kind's table, dbo.evidence, dbo.entity_mention. Errors: AL004, AL005, AL025; deadlocks with routing are
-- possible and transient: call again.
CREATE OR REPLACE FUNCTION dbo.usp_reapply_thresholds(p_tenant_id integer, p_item_type text, p_after bigint, p_limit integer, p_dry_thresholds jsonb)
RETURNS TABLE (last_id bigint, moved jsonb)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off AS $$
DECLARE
    v_kind dbo.item_kind := dbo.fn_item_kind(p_item_type);
    v_ids bigint[];
    v_states text[];
    v_auto double precision;
    v_manual double precision;
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    IF p_limit IS NULL OR p_limit NOT BETWEEN 1 AND 10000 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'thresholds are applied again in steps of 1 to 10000 rows';
    END IF;
    SELECT t.auto_promote, t.manual_review INTO v_auto, v_manual FROM dbo.fn_thresholds(p_tenant_id, p_item_type) t;
    IF p_dry_thresholds IS NOT NULL THEN
        SELECT (t.held ->> 'auto_promote')::double precision, (t.held ->> 'manual_review')::double precision INTO v_auto, v_manual
          FROM (SELECT coalesce(p_dry_thresholds -> p_item_type, p_dry_thresholds -> '*') AS held) t;
    END IF;
    SELECT max(s.item_id), array_agg(s.item_id ORDER BY s.item_id) FILTER (WHERE s.new_state IS NOT NULL),
           array_agg(s.new_state ORDER BY s.item_id) FILTER (WHERE s.new_state IS NOT NULL),
           (SELECT coalesce(jsonb_object_agg(m.change, m.n), '{}')
              FROM (SELECT x.old_state || '>' || x.new_state AS change, count(*) AS n
                      FROM dbo.fn_reapplied_states(p_tenant_id, p_item_type, p_after, p_limit, v_auto, v_manual) x WHERE x.old_state <> x.new_state GROUP BY 1) m)
      INTO last_id, v_ids, v_states, moved
      FROM dbo.fn_reapplied_states(p_tenant_id, p_item_type, p_after, p_limit, v_auto, v_manual) s;
    IF p_dry_thresholds IS NULL AND v_ids IS NOT NULL THEN
        EXECUTE format('SELECT FROM %s t WHERE t.%I = ANY ($1) AND t.tenant_id = $2 ORDER BY t.%2$I FOR UPDATE', v_kind.table_name::regclass, v_kind.key_column)
          USING v_ids, p_tenant_id;
        PERFORM dbo.usp_reearn_evidence(p_tenant_id, v_kind, v_ids);
        EXECUTE format($q$
            UPDATE %1$s t SET promotion_state = n.state, updated_at = now() %3$s
              FROM unnest($1, $2) n(id, state)
             WHERE t.%2$I = n.id AND t.tenant_id = $3 AND t.promotion_state <> n.state AND dbo.fn_state_rank(t.promotion_state) IS NOT NULL$q$,
            v_kind.table_name::regclass, v_kind.key_column,
            CASE WHEN p_item_type = 'page_classification' THEN ', needs_review = n.state <> ''promoted''' ELSE '' END)
          USING v_ids, v_states, p_tenant_id;
    END IF;
    RETURN NEXT;
END $$;
