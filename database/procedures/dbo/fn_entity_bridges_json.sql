-- What an entity is bridged to in other families, of whatever table: {family: [{id, role, other:{id,name,type}, bounds, confidence,
-- promotion_state, support, attributes, evidence, holds}]}, by start, then name. Events bring their own dates where the bridge
-- has none, works their release. p_at, p_work_ids: only what held then; of works only those themselves. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_entity_bridges_json(p_tenant_id integer, p_entity_id bigint, p_at date DEFAULT NULL,
    p_work_ids bigint[] DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_bridge record;
    v_rows jsonb;
    v_all jsonb := '{}';
BEGIN
    FOR v_bridge IN
        SELECT b.table_name, b.role_column, f.family, f.table_name AS other_table, f.name_column, f.type_column, f.member_columns,
               CASE WHEN b.from_family = 'entity' THEN b.from_column ELSE b.to_column END AS own_column,
               CASE WHEN b.from_family = 'entity' THEN b.to_column ELSE b.from_column END AS other_column
          FROM dbo.bridge_family b
          JOIN dbo.dimension_family f ON f.family = CASE WHEN b.from_family = 'entity' THEN b.to_family ELSE b.from_family END
         WHERE 'entity' IN (b.from_family, b.to_family) AND f.family <> 'entity'
         ORDER BY f.family COLLATE "C"
    LOOP
        EXECUTE format($q$
            SELECT coalesce(jsonb_agg(dbo.fn_bounded_json($1, %1$L, b.%2$I, to_jsonb(b) || jsonb_build_object('start_date', s.first_day, 'end_date', s.last_day))
                   || jsonb_build_object('id', b.%2$I, 'role', b.%3$I, 'holds', h.holds, 'other', jsonb_build_object('id', o.%4$I, 'name', o.%5$I, 'type', o.%6$I))
                   ORDER BY s.first_day, o.%5$I COLLATE "C", b.%3$I COLLATE "C", b.%2$I), '[]')
              FROM %7$s b JOIN %8$s o ON o.%4$I = b.%9$I AND o.tenant_id = b.tenant_id
             CROSS JOIN LATERAL (SELECT coalesce(b.start_date, %11$s) AS first_day, coalesce(b.end_date, CASE WHEN b.start_date IS NULL THEN %12$s END) AS last_day) s
             CROSS JOIN LATERAL (SELECT %13$s AS holds) h
             WHERE b.%10$I = $2 AND b.tenant_id = $1 AND h.holds IS NOT NULL $q$,
            v_bridge.table_name, dbo.fn_key_column(v_bridge.table_name), v_bridge.role_column, dbo.fn_key_column(v_bridge.other_table),
            v_bridge.name_column, v_bridge.type_column, v_bridge.table_name::regclass, v_bridge.other_table::regclass, v_bridge.other_column, v_bridge.own_column,
            CASE WHEN v_bridge.member_columns ? 'start_date' THEN format('o.%I', v_bridge.member_columns ->> 'start_date') ELSE 'NULL::date' END,
            CASE WHEN v_bridge.family = 'event' THEN 'coalesce(o.event_end_date, o.event_date)' WHEN v_bridge.family = 'work' THEN 'NULL::date'
                 WHEN v_bridge.member_columns ? 'end_date' THEN format('o.%I', v_bridge.member_columns ->> 'end_date') ELSE 'NULL::date' END,
            CASE WHEN v_bridge.family = 'work'
                 THEN format('CASE WHEN $4::bigint[] IS NULL OR o.%I = ANY ($4) THEN dbo.fn_holds($1, s.first_day, s.last_day, b.start_work_id, b.end_work_id, NULL, $3, NULL) END', dbo.fn_key_column(v_bridge.other_table))
                 ELSE 'dbo.fn_holds($1, s.first_day, s.last_day, b.start_work_id, b.end_work_id, b.work_context, $3, $4)' END)
           INTO v_rows USING p_tenant_id, p_entity_id, p_at, p_work_ids;
        v_all := v_all || jsonb_build_object(v_bridge.family, v_rows);
    END LOOP;
    RETURN v_all;
END $$;
