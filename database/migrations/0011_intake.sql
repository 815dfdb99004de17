-- What came of each attempt to take a source in, what a server said about what it sent, and titles that lead elsewhere.
ALTER TABLE ingest.work_item
    ADD COLUMN state        text NOT NULL DEFAULT 'taken_in' CHECK (state IN ('taken_in', 'refused')),
    ADD COLUMN attempts     integer NOT NULL DEFAULT 1 CHECK (attempts > 0),
    ADD COLUMN reason       text CHECK ((reason IS NOT NULL) = (state = 'refused')),
    ADD COLUMN attempted_at timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN ingest.work_item.attempts IS 'those that were refused before it was taken in, and that one';
CREATE INDEX work_item_source ON ingest.work_item (source_id, attempted_at);

ALTER TABLE ingest.ingest_record ADD COLUMN headers jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(headers) = 'object');
COMMENT ON COLUMN ingest.ingest_record.headers IS 'of the answer that brought the bytes, or what a dump says of the revision; names in lower case';

CREATE TABLE ingest.redirect (
    tenant_id    integer NOT NULL REFERENCES llm.tenant,
    locator      text NOT NULL CHECK (locator <> '' AND length(locator) <= 4000),
    locator_hash uuid NOT NULL GENERATED ALWAYS AS (md5(locator)::uuid) STORED,
    from_title   text NOT NULL CHECK (from_title <> ''),
    to_title     text NOT NULL CHECK (to_title <> ''),
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, locator_hash)
);
COMMENT ON TABLE ingest.redirect IS 'pages that only lead to another: from_title is one more name of what to_title names';
CREATE INDEX redirect_to_title ON ingest.redirect (tenant_id, md5(to_title));

-- Its successor has one parameter more.
DROP FUNCTION IF EXISTS ingest.usp_ingest_page(integer, text, text, text, text, text, bytea, text);
