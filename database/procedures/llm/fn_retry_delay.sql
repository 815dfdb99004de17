-- How long a job waits after its n-th failed attempt: 5 s doubled each time, at most 15 minutes, and of that a random
-- half to whole so that jobs that failed together do not come back together. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_retry_delay(p_attempts integer) RETURNS interval
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT make_interval(secs => least(900, 5 * power(2, least(greatest(p_attempts, 1), 20) - 1)) * (0.5 + random() / 2))
$$;
