-- The columns of an item that an override may set and by which a later run finds the row again: those of the table's unique index
-- that is not the primary key (for a computed one, what it is computed from); where there is none, all but texts of bounds and
-- attributes. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_item_key(p_kind dbo.item_kind) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT coalesce(
        (SELECT array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attname <> 'tenant_id' AND a.attgenerated = '')
                || CASE WHEN bool_or(a.attgenerated <> '') THEN ARRAY['value', 'value_text'] ELSE '{}' END
           FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
          WHERE i.indrelid = p_kind.table_name::regclass AND i.indisunique AND NOT i.indisprimary AND i.indpred IS NULL
          GROUP BY i.indexrelid ORDER BY i.indexrelid LIMIT 1),
        (SELECT array_agg(DISTINCT f.value) FROM jsonb_each_text(p_kind.fields) f
          WHERE f.value !~ '(_text|_precision)$' AND f.value NOT IN ('attributes', 'work_context')))
$$;
