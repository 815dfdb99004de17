-- Backfills and how far they are: chunks selected, asked for, still waiting or running, dead, done, cancelled.
CREATE OR REPLACE VIEW llm.vw_backfill AS
SELECT b.backfill_id, b.tenant_id, t.name AS tenant, b.what, b.selection, b.job_type, b.contract_version, b.priority, b.state,
       b.pages, b.chunks, b.enqueued, l.waiting, l.running, x.dead, b.cancelled,
       greatest(b.enqueued - l.waiting - l.running - x.dead - b.cancelled, 0) AS succeeded, b.made_by, b.made_at, b.changed_at
  FROM llm.backfill b
  JOIN llm.tenant t USING (tenant_id)
 CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE j.status <> 'RUNNING') AS waiting, count(*) FILTER (WHERE j.status = 'RUNNING') AS running
      FROM llm.job j WHERE j.backfill_id = b.backfill_id) l
 CROSS JOIN LATERAL (
    SELECT count(*) AS dead FROM llm.job_dead_letter d
     WHERE d.tenant_id = b.tenant_id AND d.job_type = b.job_type
       AND d.payload ->> 'backfill_id' = b.backfill_id::text) x;
