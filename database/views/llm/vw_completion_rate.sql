-- How many jobs of a type were completed in the last minute and in the last hour.
CREATE OR REPLACE VIEW llm.vw_completion_rate AS
SELECT h.tenant_id, h.job_type, count(*) FILTER (WHERE h.finished_at > now() - interval '1 minute') AS done_last_minute,
       count(*) AS done_last_hour
  FROM llm.job_history h
 WHERE h.finished_at > now() - interval '1 hour'
 GROUP BY h.tenant_id, h.job_type;
