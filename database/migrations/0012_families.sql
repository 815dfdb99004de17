-- Which tables the families of dimensions, bridges and facts fill: what routing reads instead of knowing tables, so that
-- a table made later is filled by the same procedures. Natural keys of facts. What a model said of a pair.
CREATE TABLE dbo.dimension_family (
    family         text PRIMARY KEY CHECK (length(family) BETWEEN 1 AND 200),
    table_name     text NOT NULL UNIQUE,
    name_column    text NOT NULL,
    type_column    text NOT NULL,
    member_columns jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(member_columns) = 'object'),
    recorded_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE dbo.dimension_family IS 'of all tenants; rows are told apart by name and type, and by the start date where that is part of the natural key';
COMMENT ON COLUMN dbo.dimension_family.table_name IS 'with its schema: dbo.dim_event';
COMMENT ON COLUMN dbo.dimension_family.member_columns IS 'which column keeps which member of an item, beside name, type and attributes';
INSERT INTO dbo.dimension_family (family, table_name, name_column, type_column, member_columns) VALUES
    ('entity', 'dbo.dim_entity', 'entity_name', 'entity_type', '{}'),
    ('event', 'dbo.dim_event', 'event_name', 'event_type',
     '{"start_date": "event_date", "end_date": "event_end_date", "start_text": "event_date_text",
       "start_precision": "event_date_precision", "location": "event_location", "description": "event_description"}'),
    ('work', 'dbo.dim_work', 'work_name', 'work_type',
     '{"start_date": "release_date", "end_date": "release_end_date", "start_text": "release_date_text",
       "start_precision": "release_date_precision", "canon_status": "canon_status"}'),
    ('location', 'dbo.dim_location', 'location_name', 'location_type', '{}'),
    ('period', 'dbo.dim_period', 'period_name', 'period_type',
     '{"start_date": "start_date", "end_date": "end_date", "start_text": "start_text", "end_text": "end_text",
       "start_precision": "start_precision", "end_precision": "end_precision"}'),
    ('concept', 'dbo.dim_concept', 'concept_name', 'concept_type', '{}'),
    ('tag', 'dbo.dim_tag', 'tag_name', 'tag_type', '{}');

CREATE TABLE dbo.bridge_family (
    from_family text NOT NULL REFERENCES dbo.dimension_family,
    to_family   text NOT NULL REFERENCES dbo.dimension_family,
    table_name  text NOT NULL UNIQUE,
    from_column text NOT NULL,
    to_column   text NOT NULL,
    role_column text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (from_family, to_family)
);
COMMENT ON TABLE dbo.bridge_family IS 'of all tenants: the table of associations between two families; the predicate goes to role_column';
INSERT INTO dbo.bridge_family (from_family, to_family, table_name, from_column, to_column, role_column) VALUES
    ('entity', 'entity', 'dbo.bridge_entity_relation', 'from_entity_id', 'to_entity_id', 'relation_type'),
    ('entity', 'event', 'dbo.bridge_entity_event', 'entity_id', 'event_id', 'participation_role'),
    ('entity', 'work', 'dbo.bridge_entity_work', 'entity_id', 'work_id', 'appearance_type'),
    ('entity', 'location', 'dbo.bridge_entity_location', 'entity_id', 'location_id', 'location_role'),
    ('entity', 'period', 'dbo.bridge_entity_period', 'entity_id', 'period_id', 'period_role'),
    ('entity', 'concept', 'dbo.bridge_entity_concept', 'entity_id', 'concept_id', 'concept_role');

CREATE TABLE dbo.fact_family (
    kind        text PRIMARY KEY CHECK (length(kind) BETWEEN 1 AND 200),
    table_name  text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE dbo.fact_family IS 'of all tenants: the table of each kind of fact';
INSERT INTO dbo.fact_family (kind, table_name) VALUES
    ('assertion', 'dbo.fact_assertion'), ('attribute', 'dbo.fact_assertion'), ('descriptor', 'dbo.fact_assertion'),
    ('measurement', 'dbo.fact_measurement'), ('state', 'dbo.fact_state');

-- Values are compared folded (case, compatibility forms, spaces); the hash, since they may be longer than an index row.
-- dbo.fn_value_hash gives the same.
ALTER TABLE dbo.fact_assertion ADD value_hash uuid GENERATED ALWAYS AS
    (md5(btrim(regexp_replace(lower(normalize(value, NFKC) COLLATE "und-x-icu"), '\s+', ' ', 'g')))::uuid) STORED;
ALTER TABLE dbo.fact_state ADD value_hash uuid GENERATED ALWAYS AS
    (md5(btrim(regexp_replace(lower(normalize(value, NFKC) COLLATE "und-x-icu"), '\s+', ' ', 'g')))::uuid) STORED;
ALTER TABLE dbo.fact_measurement ADD value_hash uuid GENERATED ALWAYS AS
    (CASE WHEN value IS NULL
          THEN md5(btrim(regexp_replace(lower(normalize(value_text, NFKC) COLLATE "und-x-icu"), '\s+', ' ', 'g')))::uuid END) STORED;
COMMENT ON COLUMN dbo.fact_measurement.value_text IS 'the value in the page''s words; part of the natural key only where it is no number';
CREATE UNIQUE INDEX fact_assertion_key ON dbo.fact_assertion (tenant_id, subject_table, subject_id, predicate, value_hash,
    start_date, end_date, start_work_id, end_work_id) NULLS NOT DISTINCT;
CREATE UNIQUE INDEX fact_measurement_key ON dbo.fact_measurement (tenant_id, subject_table, subject_id, predicate, value, unit,
    value_hash, start_date, end_date, start_work_id, end_work_id) NULLS NOT DISTINCT;
CREATE UNIQUE INDEX fact_state_key ON dbo.fact_state (tenant_id, subject_table, subject_id, predicate, value_hash,
    start_date, end_date, start_work_id, end_work_id) NULLS NOT DISTINCT;
DROP INDEX dbo.fact_assertion_subject, dbo.fact_measurement_subject, dbo.fact_state_subject; -- prefixes of the above

ALTER TABLE dbo.entity_dedupe_candidate ADD decision jsonb;
COMMENT ON COLUMN dbo.entity_dedupe_candidate.decision IS 'what a model last said of the pair, with its run';

-- How items of any family travel between the steps of a routing procedure.
CREATE TYPE dbo.routed_row AS (table_name text, ordinal integer, target_id bigint, is_new boolean);
CREATE TYPE dbo.resolved_end AS (ordinal integer, is_object boolean, table_name text, target_id bigint, mention_id bigint);

-- Its successor, dbo.usp_move_rows, moves facts and all bridges.
DROP FUNCTION IF EXISTS dbo.usp_move_relations(integer, bigint[]);
