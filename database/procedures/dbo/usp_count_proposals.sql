-- Counts anew what waits for proposals of tables: items, pages, fields. Open ones for which nothing waits any more go away.
-- Writes dbo.schema_proposal.
CREATE OR REPLACE FUNCTION dbo.usp_count_proposals(p_tenant_id integer, p_proposal_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE dbo.schema_proposal p
       SET items = t.items, support = t.support, fields = t.fields, updated_at = now()
      FROM (SELECT i.id,
                   (SELECT count(*) FROM dbo.fact_assertion a
                     WHERE a.tenant_id = p_tenant_id AND a.subject_table = 'dbo.schema_proposal' AND a.subject_id = i.id) AS items,
                   (SELECT count(DISTINCT v.source_page_id) FROM dbo.fact_assertion a
                      JOIN dbo.evidence v ON v.target_table = 'dbo.fact_assertion' AND v.target_id = a.assertion_id AND v.tenant_id = a.tenant_id
                     WHERE a.tenant_id = p_tenant_id AND a.subject_table = 'dbo.schema_proposal' AND a.subject_id = i.id) AS support,
                   (SELECT dbo.fn_union_attributes(array_agg(v.said -> 'fields')) FROM dbo.fact_assertion a
                      JOIN dbo.evidence v ON v.target_table = 'dbo.fact_assertion' AND v.target_id = a.assertion_id AND v.tenant_id = a.tenant_id
                     WHERE a.tenant_id = p_tenant_id AND a.subject_table = 'dbo.schema_proposal' AND a.subject_id = i.id) AS fields
              FROM unnest(p_proposal_ids) i(id)) t
     WHERE p.proposal_id = t.id AND p.tenant_id = p_tenant_id AND p.status = 'open';
    DELETE FROM dbo.schema_proposal p
     WHERE p.proposal_id = ANY (p_proposal_ids) AND p.tenant_id = p_tenant_id AND p.status = 'open' AND p.items = 0;
END $$;
