-- Brings bridges and facts after mentions that have moved to other entities: evidence that rests on those mentions goes to the
-- row of the entities where its mentions are now, made where it is missing; rows left without evidence go away; the rest is
-- computed anew. Writes the tables of dbo.bridge_family and dbo.fact_family, dbo.evidence. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_move_rows(p_tenant_id integer, p_mention_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_table text;
    v_relation text;
    v_key text;
    v_ends jsonb;
    v_replaced jsonb;
    v_joins text;
    v_evidence bigint[];
    v_touched bigint[];
BEGIN
    FOR v_table, v_evidence, v_touched IN
        SELECT e.target_table, array_agg(e.evidence_id), array_agg(DISTINCT e.target_id)
          FROM (SELECT v.* FROM dbo.evidence v WHERE v.mention_id = ANY (p_mention_ids)
                UNION SELECT v.* FROM dbo.evidence v WHERE v.other_mention_id = ANY (p_mention_ids)) e
         WHERE dbo.fn_mention_ends(e.target_table) IS NOT NULL
         GROUP BY e.target_table ORDER BY e.target_table COLLATE "C" LOOP
        v_relation := v_table::regclass::text;
        v_key := quote_ident(dbo.fn_key_column(v_table));
        v_ends := dbo.fn_mention_ends(v_table);
        SELECT string_agg(format(' JOIN dbo.entity_mention %1$I ON %1$I.mention_id = v.%2$I', 'm_' || m.key, m.value), ''),
               jsonb_object_agg(m.key, format('%I.entity_id', 'm_' || m.key))
          INTO v_joins, v_replaced FROM jsonb_each_text(v_ends) m;

        -- t: the row where it belongs; d: the row where it is.
        EXECUTE (SELECT format($q$
            INSERT INTO %1$s (%2$s, source_llm_run_id)
            SELECT DISTINCT ON (%4$s) %3$s, v.run_id
              FROM dbo.evidence v JOIN %1$s d ON d.%5$s = v.target_id AND d.tenant_id = v.tenant_id %6$s
             WHERE v.evidence_id = ANY ($1)
             ORDER BY %4$s, d.%5$s
            ON CONFLICT DO NOTHING $q$, v_relation, string_agg(quote_ident(c.name), ', ' ORDER BY c.place),
            string_agg(coalesce(v_replaced ->> c.name, format('d.%I', c.name)), ', ' ORDER BY c.place),
            (SELECT string_agg(coalesce(v_replaced ->> k.name, format('d.%I', k.name)), ', ' ORDER BY k.place)
               FROM unnest(dbo.fn_natural_key(v_table)) WITH ORDINALITY k(name, place)), v_key, v_joins)
          FROM unnest(dbo.fn_insert_columns(v_table)) WITH ORDINALITY c(name, place))
          USING v_evidence;
        EXECUTE format('UPDATE dbo.evidence v0 SET target_id = t.%3$s
              FROM dbo.evidence v JOIN %1$s d ON d.%3$s = v.target_id AND d.tenant_id = v.tenant_id %4$s JOIN %1$s t ON %2$s
             WHERE v.evidence_id = ANY ($1) AND v0.evidence_id = v.evidence_id AND v0.tenant_id = v.tenant_id AND t.%3$s <> v.target_id',
            v_relation, dbo.fn_key_match(v_table, v_replaced), v_key, v_joins) USING v_evidence;
        EXECUTE format('DELETE FROM %1$s r
             WHERE r.%2$s = ANY ($1) AND r.tenant_id = $2 AND dbo.fn_state_rank(r.promotion_state) IS NOT NULL
               AND NOT EXISTS (SELECT FROM dbo.evidence v WHERE v.target_id = r.%2$s AND v.target_table = $3)',
            v_relation, v_key) USING v_touched, p_tenant_id, v_table;
        PERFORM dbo.usp_derive_rows(p_tenant_id, v_table,
            v_touched || ARRAY(SELECT o.target_id FROM dbo.evidence o WHERE o.evidence_id = ANY (v_evidence)));
    END LOOP;
END $$;
