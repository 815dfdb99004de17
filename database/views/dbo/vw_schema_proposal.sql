-- Proposals of tables, with how sure their surest item is; the best supported first is what a person wants to see.
CREATE OR REPLACE VIEW dbo.vw_schema_proposal AS
SELECT p.proposal_id, p.tenant_id, p.family, p.kind, p.from_family, p.to_family, p.table_name, p.status, p.items, p.support, p.fields, p.moved,
       p.reason, p.actor, p.decided_at, p.recorded_at, p.updated_at,
       (SELECT max(a.confidence)::double precision FROM dbo.fact_assertion a
         WHERE a.tenant_id = p.tenant_id AND a.subject_table = 'dbo.schema_proposal' AND a.subject_id = p.proposal_id) AS confidence
  FROM dbo.schema_proposal p;
