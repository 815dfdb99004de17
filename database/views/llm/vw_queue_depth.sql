-- How many jobs are in each state, how old the oldest is, how many are late (past the deadline that their type's service
-- level gives them), and what keeps them; done ones are in llm.job_history.
CREATE OR REPLACE VIEW llm.vw_queue_depth AS
SELECT t.name AS tenant, q.job_type, q.status, count(*) AS jobs, min(q.enqueued_at) AS oldest_enqueued_at,
       clock_timestamp() - min(q.enqueued_at) AS oldest_age, t.tenant_id,
       count(*) FILTER (WHERE q.due_at < clock_timestamp() AND q.available_at < 'infinity') AS late,
       min(q.due_at) AS next_due_at, nullif(min(q.available_at), 'infinity') AS next_available_at,
       count(*) FILTER (WHERE q.available_at = 'infinity') AS held,
       coalesce(c.paused_at, t.paused_at) AS paused_at,
       CASE WHEN c.paused_at IS NULL THEN t.paused_reason ELSE c.paused_reason END AS paused_reason
  FROM (SELECT tenant_id, job_type, status, enqueued_at, due_at, available_at FROM llm.job
        UNION ALL
        SELECT tenant_id, job_type, 'DEADLETTER', enqueued_at, NULL, NULL FROM llm.job_dead_letter) q
  JOIN llm.tenant t USING (tenant_id)
  LEFT JOIN llm.job_type_control c USING (job_type)
 GROUP BY t.tenant_id, q.job_type, q.status, c.paused_at, c.paused_reason;
