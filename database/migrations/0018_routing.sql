-- Replaced by one that takes the rows whose support the caller has counted.
DROP FUNCTION IF EXISTS dbo.usp_add_evidence(integer, uuid, bigint, bigint, dbo.evidence_item[]);

-- What writes these has its tenant from a page that it looked up, and a tenant never goes: a trigger a row that locks the
-- same row of llm.tenant in every session guards nothing.
ALTER TABLE dbo.name DROP CONSTRAINT IF EXISTS name_tenant_id_fkey;
ALTER TABLE dbo.dim_entity DROP CONSTRAINT IF EXISTS dim_entity_tenant_id_fkey;
ALTER TABLE dbo.entity_mention DROP CONSTRAINT IF EXISTS entity_mention_tenant_id_fkey;
ALTER TABLE dbo.evidence DROP CONSTRAINT IF EXISTS evidence_tenant_id_fkey;
ALTER TABLE dbo.fact_entity_extraction DROP CONSTRAINT IF EXISTS fact_entity_extraction_tenant_id_fkey;
ALTER TABLE dbo.bridge_entity_relation DROP CONSTRAINT IF EXISTS bridge_entity_relation_tenant_id_fkey;

-- The page is looked up and locked once a call (dbo.fn_require_passage), and whoever removes one locks it before what is said
-- of it: a look at page and chunk for every mention and piece of evidence finds nothing else.
ALTER TABLE dbo.entity_mention DROP CONSTRAINT IF EXISTS entity_mention_source_page_id_tenant_id_fkey,
    DROP CONSTRAINT IF EXISTS entity_mention_chunk_id_tenant_id_fkey;
ALTER TABLE dbo.evidence DROP CONSTRAINT IF EXISTS evidence_source_page_id_tenant_id_fkey,
    DROP CONSTRAINT IF EXISTS evidence_chunk_id_tenant_id_fkey;
