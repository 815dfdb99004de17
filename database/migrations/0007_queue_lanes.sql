-- Claims by lane, caps, pauses and shares; hot tables that carry no more indexes and checks than they need.

-- Who may have how much of the runners.
ALTER TABLE llm.tenant
    ADD max_running   integer CHECK (max_running >= 0),
    ADD paused_at     timestamptz,
    ADD paused_reason text;
CREATE TABLE llm.job_type_control (
    job_type      text PRIMARY KEY,
    max_running   integer CHECK (max_running >= 0),
    paused_at     timestamptz,
    paused_reason text
);
COMMENT ON TABLE llm.job_type_control IS 'what claims obey for a type, whatever its version; no row: no cap, not paused';

-- What a job's payload must look like, and whether jobs have run under a version (its content is fixed from then on).
ALTER TABLE llm.job_type
    ADD input_schema jsonb,
    ADD was_used     boolean NOT NULL DEFAULT false;
UPDATE llm.job_type t SET was_used = true
 WHERE EXISTS (SELECT FROM llm.job_history h WHERE h.job_type = t.job_type AND h.contract_version = t.contract_version)
    OR EXISTS (SELECT FROM llm.job_dead_letter d WHERE d.job_type = t.job_type AND d.contract_version = t.contract_version)
    OR EXISTS (SELECT FROM llm.job j WHERE j.job_type = t.job_type AND j.contract_version = t.contract_version AND j.attempts > 0);

CREATE TABLE llm.queue_setting (
    only_row          boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    max_payload_bytes integer NOT NULL DEFAULT 1048576 CHECK (max_payload_bytes > 0)
);
INSERT INTO llm.queue_setting DEFAULT VALUES;

-- The procedures check tenant and type before they insert; a trigger a row costs more than all the rest of an enqueue.
ALTER TABLE llm.job DROP CONSTRAINT job_tenant_id_fkey, DROP CONSTRAINT job_job_type_contract_version_fkey;
ALTER TABLE llm.job_dedupe_key DROP CONSTRAINT job_dedupe_key_tenant_id_fkey;

-- A lane is a tenant, a job type and a priority: within it deadlines come in the order of enqueueing, so that new jobs are
-- appended to the index and a claim reads its head.
DROP INDEX llm.job_claim_by_lane, llm.job_claim_by_page, llm.job_leases, llm.job_source_page;
CREATE INDEX job_claim_by_lane ON llm.job (tenant_id, job_type, priority, due_at, job_id)
    WHERE status IN ('NEW', 'FAILED') AND NOT waits;
CREATE INDEX job_source_page ON llm.job (source_page_id, due_at, job_id) WHERE source_page_id IS NOT NULL;
-- One index for what runs: to count it by tenant and type, and to find leases that ran out (few rows, read whole).
CREATE INDEX job_running ON llm.job (tenant_id, job_type, lease_until) WHERE status = 'RUNNING';

DROP INDEX llm.job_history_type, llm.job_history_source_page;
CREATE INDEX job_history_finished ON llm.job_history USING brin (finished_at) WITH (pages_per_range = 32);
CREATE INDEX job_history_source_page ON llm.job_history (source_page_id) WHERE source_page_id IS NOT NULL;

-- A lane, and the place in it from which to look for jobs that may run.
CREATE TYPE llm.lane AS (
    tenant_id integer,
    job_type  text,
    priority  integer,
    due_at    timestamptz,
    job_id    bigint
);
-- How many jobs a claim takes of a lane, and the place of the last of them.
CREATE TYPE llm.lane_share AS (
    tenant_id   integer,
    job_type    text,
    priority    integer,
    due_at      timestamptz,
    job_id      bigint,
    jobs        integer,
    last_due_at timestamptz,
    last_job_id bigint
);

-- Replaced by procedures of other shapes.
DROP FUNCTION IF EXISTS llm.usp_claim_jobs(text, text[], integer, bigint[], integer);
DROP FUNCTION IF EXISTS llm.fn_claim_candidates(text[], bigint[], integer, integer);
DROP FUNCTION IF EXISTS llm.fn_waiting_lanes();
