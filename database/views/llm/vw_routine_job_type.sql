-- The job types that every page goes through: the active version of each, but for those that are asked for by name only
-- (on_demand).
CREATE OR REPLACE VIEW llm.vw_routine_job_type AS
SELECT t.job_type, t.contract_version, t.unit, t.after_job_type
  FROM llm.job_type t
 WHERE t.is_active AND NOT coalesce((t.settings ->> 'on_demand')::boolean, false);
