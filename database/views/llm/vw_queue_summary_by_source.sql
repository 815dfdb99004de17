-- How far each page is: its jobs by state.
CREATE OR REPLACE VIEW llm.vw_queue_summary_by_source AS
SELECT j.tenant_id, j.source_page_id, p.locator, p.title,
       count(*) FILTER (WHERE j.status IN ('NEW', 'FAILED')) AS waiting,
       count(*) FILTER (WHERE j.status = 'RUNNING') AS running,
       count(*) FILTER (WHERE j.status = 'SUCCEEDED') AS succeeded,
       count(*) FILTER (WHERE j.status = 'DEADLETTER') AS dead,
       max(j.finished_at) AS last_finished_at
  FROM llm.vw_job j JOIN sem.source_page p USING (source_page_id, tenant_id)
 GROUP BY j.tenant_id, j.source_page_id, p.locator, p.title;
