-- What runs where, and until when its lease holds.
CREATE OR REPLACE VIEW llm.vw_running AS
SELECT j.job_id, t.name AS tenant, j.job_type, j.worker_id, j.source_page_id, j.chunk_id, j.attempts, j.claimed_at,
       clock_timestamp() - j.claimed_at AS running_for, j.lease_until, j.correlation_id
  FROM llm.job j JOIN llm.tenant t USING (tenant_id) WHERE j.status = 'RUNNING';
