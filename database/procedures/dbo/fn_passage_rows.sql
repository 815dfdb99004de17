-- The rows of a dimension that names in a passage mean, where the passage is evidence of them already: of the type said or
-- of any where none is; those said to begin on that date first, typed before untyped, then by type and row.
-- p_names: array of {ordinal, name, type?, date?}.
-- Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_passage_rows(p_tenant_id integer, p_source_page_id bigint, p_chunk_id bigint, p_family text,
    p_names jsonb) RETURNS TABLE (ordinal integer, target_id bigint)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_family dbo.dimension_family := dbo.fn_require_family(p_family);
BEGIN
    RETURN QUERY EXECUTE format($q$
        SELECT DISTINCT ON (s.ordinal) s.ordinal, t.%2$I
          FROM (SELECT (e.item ->> 'ordinal')::integer AS ordinal, dbo.fn_name_key(btrim(e.item ->> 'name', E' \t\n\r')) AS key,
                       dbo.fn_concrete_type(e.item ->> 'type') AS type, e.item ->> 'date' AS date
                  FROM jsonb_array_elements($4) e(item)) s
          JOIN dbo.name n ON n.tenant_id = $1 AND n.name_hash = md5(s.key)::uuid
          JOIN %1$s t ON t.name_id = n.name_id AND t.tenant_id = $1 AND (s.type IS NULL OR t.%3$I = s.type)
         CROSS JOIN LATERAL (SELECT bool_or(v.said -> 'start_date' ? s.date) AS is_of_date FROM dbo.evidence v
                              WHERE v.target_table = $5 AND v.target_id = t.%2$I AND v.tenant_id = $1
                                AND v.source_page_id = $2 AND v.chunk_id IS NOT DISTINCT FROM $3 HAVING count(*) > 0) x
         ORDER BY s.ordinal, x.is_of_date DESC NULLS LAST, t.%3$I = 'unknown', t.%3$I COLLATE "C", t.%2$I $q$,
        v_family.table_name::regclass, dbo.fn_key_column(v_family.table_name), v_family.type_column)
      USING p_tenant_id, p_source_page_id, p_chunk_id, p_names, v_family.table_name;
END $$;
