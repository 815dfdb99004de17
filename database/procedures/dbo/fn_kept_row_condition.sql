-- The condition by which a row t of a table is the one that k, a row of dbo.entity_merge_row, keeps. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_kept_row_condition(p_table text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT 't.tenant_id = k.tenant_id AND ' || CASE WHEN p_table = 'dbo.entity_dedupe_candidate'
                THEN 't.first_entity_id = split_part(k.row_key, '':'', 1)::bigint
                      AND t.second_entity_id = split_part(k.row_key, '':'', 2)::bigint
                      AND t.reason = coalesce(k.before, k.after) ->> ''reason'''
                ELSE format('t.%I = k.row_key::bigint', dbo.fn_key_column(p_table)) END
$$;
