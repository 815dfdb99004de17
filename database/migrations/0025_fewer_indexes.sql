-- Writing an item costs most where its indexes are: each is gone down into, added to and logged, those by name or entity on a page at random.
-- What is said on a passage lies together now, under its page, and what began with the same or served no query is gone.
--
-- On a database with data this builds four indexes and holds the tables meanwhile: some ten seconds a million pieces of evidence.

-- A piece of evidence is found by its passage or by its row; both of these were in four.
ALTER TABLE dbo.evidence ADD CONSTRAINT evidence_once UNIQUE NULLS NOT DISTINCT
    (source_page_id, target_id, target_table, chunk_id, char_start, char_end, mention_id, other_mention_id, tenant_id);
CREATE INDEX evidence_target ON dbo.evidence (target_id, source_page_id);
ALTER TABLE dbo.evidence DROP CONSTRAINT IF EXISTS evidence_target_id_target_table_source_page_id_chunk_id_cha_key;
DROP INDEX IF EXISTS dbo.evidence_source_page;
DROP INDEX IF EXISTS dbo.evidence_chunk;

-- A mention is found by its passage or by its entity. Its name, where it is not another name, is one of its entity's or of what was merged into it.
ALTER TABLE dbo.entity_mention ADD CONSTRAINT entity_mention_once UNIQUE NULLS NOT DISTINCT
    (source_page_id, name_id, chunk_id, type_key, alias_of, tenant_id);
ALTER TABLE dbo.entity_mention DROP CONSTRAINT IF EXISTS entity_mention_name_id_source_page_id_chunk_id_type_key_ali_key;
DROP INDEX IF EXISTS dbo.entity_mention_page;
DROP INDEX IF EXISTS dbo.entity_mention_chunk;

-- No query reads these: what waits for a person is in the kept queue, and backfills go from chunk to chunk. Without them, what a page adds to an
-- entity that is known (support, confidence, state) touches no index at all.
DROP INDEX IF EXISTS dbo.dim_entity_type;
DROP INDEX IF EXISTS dbo.dim_entity_review;

-- Replaced by ones that may be told that the names are locked, and that nothing is there yet.
DROP FUNCTION IF EXISTS dbo.usp_route_passage_relations(integer, dbo.passage[], jsonb[]);
DROP FUNCTION IF EXISTS dbo.usp_write_mentions(integer, dbo.passage[], dbo.mention_item[]);

-- Replaced by ones that also say which artifacts are to be removed.
DROP FUNCTION IF EXISTS dbo.usp_forget_entities(integer, bigint[], bigint[], bigint);
DROP FUNCTION IF EXISTS llm.usp_forget_pair_jobs(integer, text[], boolean[]);

-- Replaced by one that may be told how many items are too many: a page has more chunks than an answer has items.
DROP FUNCTION IF EXISTS dbo.fn_items(jsonb, text);
