-- Several passages are routed at once: a passage, what is said in each, and what became of it.
CREATE TYPE dbo.passage AS (
    source_page_id bigint, chunk_id bigint, run_id uuid, job_type text, contract_version text,
    text_length integer, char_start integer, char_end integer);
CREATE TYPE dbo.passage_item AS (passage integer, ordinal integer, target_id bigint, is_new boolean);
ALTER TYPE dbo.mention_item ADD ATTRIBUTE passage integer, ADD ATTRIBUTE entity_id bigint;
ALTER TYPE dbo.relation_item ADD ATTRIBUTE passage integer;
DROP FUNCTION IF EXISTS dbo.usp_write_mentions(integer, uuid, bigint, bigint, dbo.mention_item[]);
DROP FUNCTION IF EXISTS dbo.usp_settle_untyped_mentions(integer, bigint[], bigint, bigint[]);

-- As mentions, what was extracted refers to an entity that was found under its name's lock; who takes entities away looks there first
-- (dbo.fn_unreferenced).
ALTER TABLE dbo.fact_entity_extraction DROP CONSTRAINT IF EXISTS fact_entity_extraction_entity_id_tenant_id_fkey;

-- The natural key begins with the same.
DROP INDEX IF EXISTS dbo.bridge_entity_relation_from;

-- Replaced by one that takes several arrays of items.
DROP FUNCTION IF EXISTS dbo.usp_lock_item_names(integer, jsonb);
