-- The deadline that orders the queue: slack after being enqueued; ten points of priority above the type's own
-- halve the slack, ten below double it, so age wins over priority in time. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_due_at(p_enqueued_at timestamptz, p_slack_seconds integer, p_type_priority integer,
                                         p_priority integer) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN p_enqueued_at + make_interval(secs => p_slack_seconds * power(2, (p_type_priority - p_priority) / 10.0)::double precision);
