-- Dead letters with their reasons.
CREATE OR REPLACE VIEW llm.vw_dead_letter AS
SELECT d.job_id, d.tenant_id, t.name AS tenant, d.job_type, d.contract_version, d.source_page_id, d.chunk_id, d.attempts,
       d.finished_at, coalesce(d.error ->> 'reason', d.error ->> 'message', d.error #>> '{}') AS reason, d.error, d.correlation_id
  FROM llm.job_dead_letter d JOIN llm.tenant t USING (tenant_id);
