-- What a procedure that routes several families answers: dbo.fn_routing_counts of entities and relations, and how many rows of
-- other dimensions, bridges and facts were new or known; states are those of all rows named. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_family_counts(p_tenant_id integer, p_entities dbo.routed_item[], p_relations dbo.routed_item[],
    p_rows dbo.routed_row[], p_evidence_new integer) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_counts jsonb := dbo.fn_routing_counts(p_tenant_id, p_entities,
        p_relations || ARRAY(SELECT ROW(r.ordinal, r.target_id, r.is_new)::dbo.routed_item FROM unnest(p_rows) r
                              WHERE r.table_name = 'dbo.bridge_entity_relation'), p_evidence_new);
    v_table text;
    v_states jsonb;
BEGIN
    FOR v_table IN SELECT DISTINCT r.table_name FROM unnest(p_rows) r WHERE r.table_name <> 'dbo.bridge_entity_relation' LOOP
        EXECUTE format('SELECT jsonb_build_object(''promoted'', count(*) FILTER (WHERE t.promotion_state = ''promoted''),
                               ''candidate'', count(*) FILTER (WHERE t.promotion_state = ''candidate''),
                               ''suppressed'', count(*) FILTER (WHERE t.promotion_state = ''suppressed''))
                          FROM %1$s t WHERE t.tenant_id = $1 AND t.%2$I IN (SELECT r.target_id FROM unnest($2) r WHERE r.table_name = $3)',
                       v_table::regclass, dbo.fn_key_column(v_table))
           INTO v_states USING p_tenant_id, p_rows, v_table;
        v_counts := v_counts || (SELECT jsonb_object_agg(s.key, s.value::integer + (v_counts ->> s.key)::integer) FROM jsonb_each_text(v_states) s);
    END LOOP;
    RETURN v_counts || (
        SELECT jsonb_build_object(
                   'dimensions_new', count(*) FILTER (WHERE r.kind = 'dimension' AND r.is_new), 'dimensions_known', count(*) FILTER (WHERE r.kind = 'dimension' AND NOT r.is_new),
                   'bridges_new', count(*) FILTER (WHERE r.kind = 'bridge' AND r.is_new), 'bridges_known', count(*) FILTER (WHERE r.kind = 'bridge' AND NOT r.is_new),
                   'facts_new', count(*) FILTER (WHERE r.kind = 'fact' AND r.is_new), 'facts_known', count(*) FILTER (WHERE r.kind = 'fact' AND NOT r.is_new))
          FROM (SELECT DISTINCT ON (x.table_name, x.target_id) x.is_new,
                       CASE WHEN EXISTS (SELECT FROM dbo.dimension_family f WHERE f.table_name = x.table_name) THEN 'dimension'
                            WHEN EXISTS (SELECT FROM dbo.bridge_family f WHERE f.table_name = x.table_name) THEN 'bridge' ELSE 'fact' END AS kind
                  FROM unnest(p_rows) x WHERE x.table_name <> 'dbo.bridge_entity_relation'
                 ORDER BY x.table_name, x.target_id, x.is_new DESC) r);
END $$;
