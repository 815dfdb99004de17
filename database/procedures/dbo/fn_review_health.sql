-- Whether what people decided is as it was written: a row of llm.fn_health, "audit", over the chains of all tenants. Its figure
-- has the last hash of each, to be noted elsewhere. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_review_health() RETURNS TABLE ("check" text, severity text, message text, remedy text, figure jsonb)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH chain AS (
        SELECT t.name, coalesce(c.chain_index, 0) AS decisions, c.row_hash, f.chain_index AS broken_at, f.fault, f.audit_id
          FROM llm.tenant t
          LEFT JOIN dbo.adjudication_chain c ON c.tenant_id = t.tenant_id
          LEFT JOIN LATERAL dbo.fn_check_adjudication_chain(t.tenant_id) f ON true
         WHERE c.tenant_id IS NOT NULL OR f.fault IS NOT NULL)
    SELECT 'audit', CASE WHEN count(s.fault) > 0 THEN 'unwell' ELSE 'well' END,
           coalesce('the audit of decisions was tampered with: ' || string_agg(format('tenant %s, decision %s%s: %s', s.name, s.broken_at,
                        coalesce(' (audit ' || s.audit_id || ')', ''), s.fault), '; ' ORDER BY s.name) FILTER (WHERE s.fault IS NOT NULL),
                    format('%s decisions of people, each as it was written', coalesce(sum(s.decisions), 0))),
           CASE WHEN count(s.fault) > 0 THEN 'compare the table dbo.audit_entity_adjudication with a backup, and ask who had the rights of its owner' END,
           jsonb_build_object('decisions', coalesce(sum(s.decisions), 0), 'broken', count(s.fault),
                              'last', coalesce(jsonb_object_agg(s.name, s.row_hash) FILTER (WHERE s.row_hash <> ''), '{}'))
      FROM chain s
$$;
