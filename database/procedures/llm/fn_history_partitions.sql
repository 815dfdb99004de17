-- The partitions of llm.job_history that hold rows, each with the moment before which all of its rows finished (null: the
-- default partition, which has no bound). Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_history_partitions() RETURNS TABLE (partition regclass, ends_at timestamptz)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT i.inhrelid::regclass,
           substring(pg_get_expr(c.relpartbound, c.oid) FROM $re$TO \('([^']+)'\)$re$)::timestamptz
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'llm.job_history'::regclass
$$;
