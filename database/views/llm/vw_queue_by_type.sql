-- One row a tenant and job type that has jobs, had some done within the hour, or is paused or capped: what waits, runs,
-- failed and when the next of those is tried again, what is late, held back or dead, how fast it goes, and what stops it.
CREATE OR REPLACE VIEW llm.vw_queue_by_type AS
WITH depth AS (
    SELECT d.tenant_id, d.job_type,
           sum(d.jobs - d.held) FILTER (WHERE d.status = 'NEW') AS waiting,
           sum(d.jobs) FILTER (WHERE d.status = 'RUNNING') AS running,
           sum(d.jobs - d.held) FILTER (WHERE d.status = 'FAILED') AS failed,
           min(d.next_available_at) FILTER (WHERE d.status = 'FAILED') AS next_retry_at,
           sum(d.late) AS late, sum(d.held) AS held,
           sum(d.jobs) FILTER (WHERE d.status = 'DEADLETTER') AS dead,
           min(d.oldest_enqueued_at) FILTER (WHERE d.status <> 'DEADLETTER') AS oldest_enqueued_at
      FROM llm.vw_queue_depth d GROUP BY d.tenant_id, d.job_type
), known AS (
    SELECT tenant_id, job_type FROM depth
    UNION SELECT tenant_id, job_type FROM llm.vw_completion_rate
    UNION SELECT t.tenant_id, c.job_type FROM llm.tenant t CROSS JOIN llm.job_type_control c
           WHERE c.paused_at IS NOT NULL OR c.max_running IS NOT NULL
)
SELECT t.name AS tenant, k.tenant_id, k.job_type, coalesce(d.waiting, 0)::bigint AS waiting,
       coalesce(d.running, 0)::bigint AS running, coalesce(d.failed, 0)::bigint AS failed, d.next_retry_at,
       coalesce(d.late, 0)::bigint AS late, coalesce(d.held, 0)::bigint AS held, coalesce(d.dead, 0)::bigint AS dead,
       d.oldest_enqueued_at, clock_timestamp() - d.oldest_enqueued_at AS oldest_age,
       coalesce(r.done_last_minute, 0) AS done_last_minute, coalesce(r.done_last_hour, 0) AS done_last_hour,
       a.slack_seconds AS service_level_seconds, c.max_running, coalesce(c.paused_at, t.paused_at) AS paused_at,
       CASE WHEN c.paused_at IS NULL THEN t.paused_reason ELSE c.paused_reason END AS paused_reason,
       c.paused_at IS NULL AND t.paused_at IS NOT NULL AS tenant_is_paused
  FROM known k
  JOIN llm.tenant t USING (tenant_id)
  LEFT JOIN depth d USING (tenant_id, job_type)
  LEFT JOIN llm.vw_completion_rate r USING (tenant_id, job_type)
  LEFT JOIN llm.job_type_control c USING (job_type)
  LEFT JOIN llm.job_type a ON a.job_type = k.job_type AND a.is_active;
