-- Its successor has one parameter more: correlation ids, one a job.
DROP FUNCTION IF EXISTS llm.usp_enqueue_many(integer, text, text, jsonb[], bigint[], bigint[], text[], integer, uuid);

-- Texts and payloads are packed on their way in; lz4 takes a fraction of the time. A server without it goes on as before.
DO $$
BEGIN
    ALTER TABLE ingest.ingest_record ALTER COLUMN raw SET COMPRESSION lz4;
    ALTER TABLE sem.source_page ALTER COLUMN text SET COMPRESSION lz4;
    ALTER TABLE vector.chunk ALTER COLUMN content SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END $$;

-- Titles lead to titles by the names that people write.
ALTER TABLE ingest.redirect ADD COLUMN from_key text, ADD COLUMN to_key text;
COMMENT ON COLUMN ingest.redirect.from_key IS 'dbo.fn_name_key of from_title';
CREATE INDEX redirect_from_key ON ingest.redirect (tenant_id, md5(from_key)) WHERE from_key IS NOT NULL;
CREATE INDEX redirect_to_key ON ingest.redirect (tenant_id, md5(to_key)) WHERE to_key IS NOT NULL;
DO $$
BEGIN
    -- A database that is made now has no redirects yet, nor the function.
    IF to_regprocedure('dbo.fn_name_key(text)') IS NOT NULL THEN
        EXECUTE $update$UPDATE ingest.redirect SET from_key = dbo.fn_name_key(replace(from_title, '_', ' ')),
                       to_key = dbo.fn_name_key(replace(split_part(to_title, '#', 1), '_', ' '))$update$;
    END IF;
END $$;
