-- The queue as figures to watch: for each tenant, job type and state how many jobs there are, how old the oldest is, and
-- how many wait past their deadline (what a paused backfill holds back does not).
CREATE OR REPLACE VIEW llm.vw_queue_gauge AS
SELECT t.name AS tenant, q.job_type, q.status, q.jobs,
       round(extract(epoch FROM clock_timestamp() - q.oldest_enqueued_at), 3) AS oldest_age_seconds, q.late_jobs
  FROM (SELECT j.tenant_id, j.job_type, j.status, count(*) AS jobs, min(j.enqueued_at) AS oldest_enqueued_at,
               count(*) FILTER (WHERE j.status <> 'RUNNING' AND j.due_at < now() AND j.available_at < 'infinity') AS late_jobs
          FROM llm.job j GROUP BY j.tenant_id, j.job_type, j.status
        UNION ALL
        SELECT d.tenant_id, d.job_type, 'DEADLETTER', count(*), min(d.enqueued_at), 0
          FROM llm.job_dead_letter d GROUP BY d.tenant_id, d.job_type) q
  JOIN llm.tenant t USING (tenant_id);
