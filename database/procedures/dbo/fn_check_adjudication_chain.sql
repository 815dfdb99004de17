-- Looks whether a tenant's audit of decisions is as it was written. No row: it is. Else the first place where it is not:
-- a row changed, taken out or put in, or rows missing at the end. Whoever rewrote the whole chain is seen only by a hash noted
-- elsewhere (the last one is in dbo.adjudication_chain). Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_check_adjudication_chain(p_tenant_id integer)
RETURNS TABLE (audit_id bigint, chain_index bigint, fault text)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH link AS (
        SELECT a.audit_id, a.chain_index, a.row_hash, a.previous_hash, dbo.fn_adjudication_hash(a) AS true_hash,
               lag(a.row_hash, 1, '') OVER w AS hash_before, lag(a.chain_index, 1, 0) OVER w AS index_before
          FROM dbo.audit_entity_adjudication a WHERE a.tenant_id = p_tenant_id
        WINDOW w AS (ORDER BY a.chain_index)
    ), broken AS (
        SELECT l.audit_id, l.chain_index, CASE WHEN l.chain_index <> l.index_before + 1 THEN format('rows before it are missing (after %s)', l.index_before)
                    WHEN l.previous_hash <> l.hash_before THEN 'it does not follow the row before it'
                    ELSE 'it was changed' END AS fault
          FROM link l
         WHERE l.chain_index <> l.index_before + 1 OR l.previous_hash <> l.hash_before OR l.row_hash <> l.true_hash
        UNION ALL
        SELECT NULL, c.chain_index, format('the last rows are missing: the chain ends at %s', coalesce(t.chain_index, 0))
          FROM dbo.adjudication_chain c
          LEFT JOIN LATERAL (SELECT l.chain_index, l.row_hash FROM link l ORDER BY l.chain_index DESC LIMIT 1) t ON true
         WHERE c.tenant_id = p_tenant_id AND (c.chain_index, c.row_hash) IS DISTINCT FROM (coalesce(t.chain_index, 0), coalesce(t.row_hash, ''))
        UNION ALL
        SELECT l.audit_id, l.chain_index, 'the record of the chain''s end is missing' FROM link l
         WHERE NOT EXISTS (SELECT FROM dbo.adjudication_chain c WHERE c.tenant_id = p_tenant_id))
    SELECT b.audit_id, b.chain_index, b.fault FROM broken b ORDER BY b.chain_index, b.audit_id LIMIT 1
$$;
