-- Writes rows of one passage into a table with the standard columns: the step that dimensions, bridges and facts share.
-- Rows whose natural key is missing are inserted, joined (dbo.fn_folding_rules); all are resolved again, those that were there enriched,
-- and linked to their evidence. The same again changes nothing.
-- p_table: with its schema; p_rows: array of objects with the table's columns (all of dbo.fn_insert_columns, generated
-- columns of the natural key too, confidence, promotion_state, attributes …) and ordinal, evidence, grounding,
-- mention_id, other_mention_id, said, as dbo.usp_add_evidence takes them. p_char_start, p_char_end: the passage.
-- OUT routed: for each its ordinal, row and whether that is new; evidence_new: new links.
-- Writes that table, dbo.evidence. The caller has checked the rows and holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_write_rows(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint, p_chunk_id bigint,
    p_table text, p_rows jsonb, p_char_start integer, p_char_end integer,
    OUT routed dbo.routed_row[], OUT evidence_new integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET jit = off AS $$
DECLARE
    v_relation text := p_table::regclass::text;
    v_key text := quote_ident(dbo.fn_key_column(p_table));
    v_natural text[] := dbo.fn_natural_key(p_table);
    v_insert text[] := array_remove(dbo.fn_insert_columns(p_table), 'tenant_id');
    v_from text;
    v_folded text[] := ARRAY(SELECT r.column_name FROM dbo.fn_folding_rules(p_table, v_natural) r WHERE r.column_name <> 'updated_at');
    v_has_support boolean := EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = p_table::regclass AND a.attname = 'support' AND NOT a.attisdropped);
    v_new bigint[];
BEGIN
    routed := '{}';
    evidence_new := 0;
    IF jsonb_array_length(p_rows) = 0 THEN
        RETURN;
    END IF;
    v_from := format('jsonb_array_elements($2) e(item) CROSS JOIN LATERAL jsonb_populate_record(NULL::%s,
        e.item || jsonb_build_object(''tenant_id'', $1)) d', v_relation);

    EXECUTE (SELECT format($q$
        WITH made AS (
            INSERT INTO %1$s AS t (tenant_id, %2$s%3$s, source_llm_run_id)
            SELECT $1, %4$s%5$s, $3 FROM (SELECT %6$s FROM %7$s GROUP BY %8$s) d ORDER BY %8$s
            ON CONFLICT DO NOTHING
            RETURNING t.%9$s)
        SELECT coalesce(array_agg(m.%9$s), '{}') FROM made m $q$,
        v_relation, string_agg(quote_ident(c.name), ', ' ORDER BY c.place), CASE WHEN v_has_support THEN ', support' ELSE '' END,
        string_agg(format('d.%I', c.name), ', ' ORDER BY c.place), CASE WHEN v_has_support THEN ', 1' ELSE '' END,
        -- What is neither part of the key nor joined follows from the key.
        (SELECT string_agg(x.expression, ', ') FROM (
            SELECT format('d.%I', n.name) AS expression FROM unnest(v_natural) n(name)
            UNION ALL
            SELECT format('(array_agg(d.%1$I))[1] AS %1$I', i.name) FROM unnest(v_insert) i(name) WHERE i.name <> ALL (v_natural || v_folded)
            UNION ALL
            SELECT format('%s AS %I', r.aggregate, r.column_name) FROM dbo.fn_folding_rules(p_table, v_natural) r WHERE r.column_name <> 'updated_at') x),
        v_from, (SELECT string_agg(format('%I', n.name), ', ' ORDER BY n.place) FROM unnest(v_natural) WITH ORDINALITY n(name, place)),
        v_key)
      FROM unnest(v_insert || ARRAY(SELECT f.name FROM unnest(v_folded) f(name) WHERE f.name <> ALL (v_insert))) WITH ORDINALITY c(name, place))
       INTO v_new USING p_tenant_id, p_rows, p_run_id;

    EXECUTE format($q$
        SELECT coalesce(array_agg(ROW($4, (e.item ->> 'ordinal')::integer, t.%1$s, t.%1$s = ANY ($3))::dbo.routed_row
                                  ORDER BY (e.item ->> 'ordinal')::integer), '{}')
          FROM %2$s JOIN %3$s t ON %4$s $q$, v_key, v_from, v_relation, dbo.fn_key_match(p_table))
       INTO routed USING p_tenant_id, p_rows, v_new, p_table;

    IF EXISTS (SELECT FROM unnest(routed) x WHERE NOT x.is_new) THEN
        EXECUTE format($q$
            UPDATE %1$s t SET %2$s
              FROM (SELECT x.target_id, %3$s
                      FROM %4$s JOIN unnest($3) x ON x.ordinal = (e.item ->> 'ordinal')::integer AND NOT x.is_new GROUP BY x.target_id) f
             WHERE t.%5$s = f.target_id AND t.tenant_id = $1 AND (%6$s) $q$,
            v_relation, dbo.fn_folding_assignments(p_table, v_natural, false), dbo.fn_folding_assignments(p_table, v_natural, true),
            v_from, v_key, dbo.fn_folding_changes(p_table, v_natural))
          USING p_tenant_id, p_rows, routed;
    END IF;

    evidence_new := dbo.usp_add_evidence(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, ARRAY(
        SELECT ROW(p_table, x.target_id, v.char_start, v.char_end, v.quote, v.grounding,
                   (e.item ->> 'confidence')::double precision, e.item ->> 'promotion_state',
                   (e.item ->> 'mention_id')::bigint, (e.item ->> 'other_mention_id')::bigint, e.item -> 'said')::dbo.evidence_item
          FROM jsonb_array_elements(p_rows) e(item)
          JOIN unnest(routed) x ON x.ordinal = (e.item ->> 'ordinal')::integer
         CROSS JOIN LATERAL dbo.fn_evidence_pieces(e.item, p_char_start, p_char_end) v), CASE WHEN v_has_support THEN v_new ELSE '{}' END);
END $$;
