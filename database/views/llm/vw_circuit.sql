-- One row a model whose endpoint fails: how many runners keep its jobs waiting, since when, what the last one was told, and when one of
-- them tries again (in the past: as soon as a job waits, or its answer is awaited). Runners that stopped telling are left out.
CREATE OR REPLACE VIEW llm.vw_circuit AS
SELECT c.model, c.endpoint, count(*) AS runners, CASE WHEN bool_or(c.state = 'half_open') THEN 'half_open' ELSE 'open' END AS state,
       (array_agg(c.reason ORDER BY c.told_at DESC))[1] AS reason, min(c.since) AS since, min(c.retry_at) AS retry_at
  FROM llm.circuit c
 WHERE c.told_at > clock_timestamp() - interval '30 s'
 GROUP BY c.model, c.endpoint;
