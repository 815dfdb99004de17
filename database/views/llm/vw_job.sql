-- Every job, live, done or dead.
CREATE OR REPLACE VIEW llm.vw_job AS
SELECT job_id, tenant_id, job_type, contract_version, status, priority, attempts, max_attempts, dedupe_key, correlation_id,
       source_page_id, chunk_id, worker_id, enqueued_at, due_at, available_at, claimed_at, lease_until,
       NULL::timestamptz AS finished_at, payload, NULL::uuid AS run_id, NULL::jsonb AS result, error
  FROM llm.job
UNION ALL
SELECT job_id, tenant_id, job_type, contract_version, status, priority, attempts, max_attempts, dedupe_key, correlation_id,
       source_page_id, chunk_id, worker_id, enqueued_at, due_at, NULL, claimed_at, NULL, finished_at, payload, run_id,
       result, NULL
  FROM llm.job_history
UNION ALL
SELECT job_id, tenant_id, job_type, contract_version, 'DEADLETTER', priority, attempts, max_attempts, dedupe_key,
       correlation_id, source_page_id, chunk_id, worker_id, enqueued_at, due_at, NULL, claimed_at, NULL, finished_at,
       payload, NULL, NULL, error
  FROM llm.job_dead_letter;
