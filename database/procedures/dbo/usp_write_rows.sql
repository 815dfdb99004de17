-- Writes rows of one passage into a table with the standard columns: the step that dimensions, bridges and facts share.
-- Rows whose natural key is missing are inserted; all are resolved again, then enriched (dbo.fn_folding_rules) and linked
-- to their evidence. The same again changes nothing.
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
            INSERT INTO %1$s AS t (tenant_id, %2$s, source_llm_run_id)
            SELECT DISTINCT ON (%3$s) $1, %4$s, $3 FROM %5$s ORDER BY %3$s, %6$s
            ON CONFLICT DO NOTHING
            RETURNING t.%7$s)
        SELECT coalesce(array_agg(m.%7$s), '{}') FROM made m $q$,
        v_relation, string_agg(quote_ident(c.name), ', '),
        (SELECT string_agg(format('d.%I', n.name), ', ' ORDER BY n.place) FROM unnest(v_natural) WITH ORDINALITY n(name, place)),
        string_agg(format('d.%I', c.name), ', ' ORDER BY c.place), v_from,
        string_agg(format('d.%I', c.name), ', ' ORDER BY c.place), v_key)
      FROM unnest(v_insert) WITH ORDINALITY c(name, place))
       INTO v_new USING p_tenant_id, p_rows, p_run_id;

    EXECUTE format($q$
        SELECT coalesce(array_agg(ROW($4, (e.item ->> 'ordinal')::integer, t.%1$s, t.%1$s = ANY ($3))::dbo.routed_row
                                  ORDER BY (e.item ->> 'ordinal')::integer), '{}')
          FROM %2$s JOIN %3$s t ON %4$s $q$, v_key, v_from, v_relation, dbo.fn_key_match(p_table))
       INTO routed USING p_tenant_id, p_rows, v_new, p_table;

    EXECUTE format($q$
        UPDATE %1$s t SET %2$s
          FROM (SELECT x.target_id, %3$s
                  FROM %4$s JOIN unnest($3) x ON x.ordinal = (e.item ->> 'ordinal')::integer GROUP BY x.target_id) f
         WHERE t.%5$s = f.target_id AND t.tenant_id = $1 AND (%6$s) $q$,
        v_relation, dbo.fn_folding_assignments(p_table, v_natural, false), dbo.fn_folding_assignments(p_table, v_natural, true),
        v_from, v_key, dbo.fn_folding_changes(p_table, v_natural))
      USING p_tenant_id, p_rows, routed;

    evidence_new := dbo.usp_add_evidence(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, ARRAY(
        SELECT ROW(p_table, x.target_id, v.char_start, v.char_end, v.quote, v.grounding,
                   (e.item ->> 'confidence')::double precision, e.item ->> 'promotion_state',
                   (e.item ->> 'mention_id')::bigint, (e.item ->> 'other_mention_id')::bigint, e.item -> 'said')::dbo.evidence_item
          FROM jsonb_array_elements(p_rows) e(item)
          JOIN unnest(routed) x ON x.ordinal = (e.item ->> 'ordinal')::integer
         CROSS JOIN LATERAL dbo.fn_evidence_pieces(e.item, p_char_start, p_char_end) v));
END $$;
