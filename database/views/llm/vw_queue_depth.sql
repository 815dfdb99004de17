-- How many jobs are in each state, and how old the oldest is; done ones are in llm.job_history.
CREATE OR REPLACE VIEW llm.vw_queue_depth AS
SELECT t.name AS tenant, q.job_type, q.status, count(*) AS jobs, min(q.enqueued_at) AS oldest_enqueued_at,
       clock_timestamp() - min(q.enqueued_at) AS oldest_age
  FROM (SELECT tenant_id, job_type, status, enqueued_at FROM llm.job
        UNION ALL
        SELECT tenant_id, job_type, 'DEADLETTER', enqueued_at FROM llm.job_dead_letter) q
  JOIN llm.tenant t USING (tenant_id)
 GROUP BY t.name, q.job_type, q.status;
