-- What writes a mention has just found or made its name and its entity, under the name's lock, and what takes either away does so
-- under that lock and looks first whether anything refers to it (dbo.fn_unreferenced): a trigger a row that looks both up
-- once more costs as much as writing the row. What was extracted keeps its foreign key to the entity.
ALTER TABLE dbo.entity_mention DROP CONSTRAINT IF EXISTS entity_mention_name_id_tenant_id_fkey,
    DROP CONSTRAINT IF EXISTS entity_mention_entity_id_tenant_id_fkey;
ALTER TABLE dbo.dim_entity DROP CONSTRAINT IF EXISTS dim_entity_name_id_tenant_id_fkey;
ALTER TABLE dbo.fact_entity_extraction DROP CONSTRAINT IF EXISTS fact_entity_extraction_mention_id_tenant_id_fkey;

-- No query reads these. Names that are alike are found by segments (docs/decisions/0006), what a run brought through its page.
DROP INDEX IF EXISTS dbo.name_trigrams;
DROP INDEX IF EXISTS dbo.evidence_run;

-- Names of a passage are looked up together (dbo.fn_passage_mentions).
DROP FUNCTION IF EXISTS dbo.fn_passage_mention(integer, bigint, bigint, text, text);
