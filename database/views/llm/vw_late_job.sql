-- Live jobs past their deadline, which their type's service level (its slack) and their priority gave them. Jobs that a
-- paused backfill holds back are not late.
CREATE OR REPLACE VIEW llm.vw_late_job AS
SELECT j.job_id, t.name AS tenant, j.tenant_id, j.job_type, j.status, j.priority, j.attempts, j.source_page_id, j.chunk_id,
       j.enqueued_at, j.due_at, clock_timestamp() - j.due_at AS late_by, j.available_at, j.worker_id, j.correlation_id
  FROM llm.job j JOIN llm.tenant t USING (tenant_id)
 WHERE j.due_at < clock_timestamp() AND j.available_at < 'infinity';
