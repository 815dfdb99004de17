-- What is unhealthy about the database, a row a check: transactions, prepared transactions and replication slots that hold
-- vacuum back, dead rows of the live queue, finished jobs outside the partitions by month. p_limits and the columns are
-- those of llm.fn_health. Sees of other users' sessions what the server lets it see. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_database_health(p_limits jsonb)
RETURNS TABLE ("check" text, severity text, message text, remedy text, figure jsonb)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    WITH bound AS (
        SELECT make_interval(secs => coalesce((p_limits ->> 'transaction_seconds')::double precision, 600)) AS long,
               coalesce((p_limits ->> 'dead_rows')::bigint, 50000) AS dead_rows,
               coalesce((p_limits ->> 'history_rows')::bigint, 1000000) AS history_rows
    ), held AS (
        SELECT a.pid, a.application_name, a.state, clock_timestamp() - a.xact_start AS age
          FROM pg_stat_activity a CROSS JOIN bound b
         WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
           AND (a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL) AND clock_timestamp() - a.xact_start > b.long
    ), transactions AS (
        SELECT count(*) AS n,
               string_agg(format('process %s (%s, %s) for %s', h.pid, coalesce(nullif(h.application_name, ''), 'no name'),
                                 coalesce(h.state, 'state unknown'), date_trunc('second', h.age)), '; ' ORDER BY h.age DESC, h.pid) AS held,
               (array_agg(h.pid ORDER BY h.age DESC, h.pid))[1] AS oldest, coalesce(jsonb_agg(h.pid ORDER BY h.age DESC, h.pid), '[]') AS pids
          FROM held h
    ), prepared AS (
        SELECT count(*) AS n, string_agg(format('%s for %s', p.gid, date_trunc('second', clock_timestamp() - p.prepared)), '; ' ORDER BY p.prepared) AS held,
               (array_agg(p.gid ORDER BY p.prepared))[1] AS oldest, coalesce(jsonb_agg(p.gid ORDER BY p.prepared), '[]') AS gids
          FROM pg_prepared_xacts p CROSS JOIN bound b WHERE p.database = current_database() AND clock_timestamp() - p.prepared > b.long
    ), slots AS (
        SELECT count(*) AS n, string_agg(s.slot_name, ', ' ORDER BY s.slot_name) AS held, min(s.slot_name) AS one,
               coalesce(jsonb_agg(s.slot_name ORDER BY s.slot_name), '[]') AS names
          FROM pg_replication_slots s
         WHERE NOT s.active AND (s.xmin IS NOT NULL OR s.catalog_xmin IS NOT NULL OR s.restart_lsn IS NOT NULL)
    ), rows_dead AS (
        SELECT coalesce(s.n_dead_tup, 0) AS n, coalesce(s.n_live_tup, 0) AS live, s.last_autovacuum,
               coalesce(s.n_dead_tup, 0) > b.dead_rows AND coalesce(s.n_dead_tup, 0) > coalesce(s.n_live_tup, 0) AS is_many
          FROM bound b LEFT JOIN pg_stat_user_tables s ON s.relid = 'llm.job'::regclass
    ), outside AS (
        SELECT b.history_rows AS most, (SELECT count(*) FROM (SELECT FROM llm.job_history_default LIMIT b.history_rows + 1) h) AS n FROM bound b
    )
    SELECT 'transactions', CASE WHEN t.n > 0 THEN 'unwell' ELSE 'well' END, coalesce('vacuum is held back by ' || t.held, 'none holds vacuum back'),
           CASE WHEN t.n > 0 THEN format('end what nobody waits for: almagest sql "SELECT pg_terminate_backend(%s)"', t.oldest) END,
           jsonb_build_object('transactions', t.n, 'pids', t.pids) FROM transactions t
    UNION ALL
    SELECT 'prepared', CASE WHEN p.n > 0 THEN 'unwell' ELSE 'well' END, coalesce('vacuum is held back by prepared transactions: ' || p.held, 'no prepared transaction is left over'),
           CASE WHEN p.n > 0 THEN format('commit it, or almagest sql "ROLLBACK PREPARED %s"', quote_literal(p.oldest)) END,
           jsonb_build_object('prepared', p.n, 'gids', p.gids) FROM prepared p
    UNION ALL
    SELECT 'slots', CASE WHEN s.n > 0 THEN 'unwell' ELSE 'well' END, coalesce('replication slots that nobody reads keep old rows and log: ' || s.held, 'no replication slot is left over'),
           CASE WHEN s.n > 0 THEN format('start their standby again, or almagest sql "SELECT pg_drop_replication_slot(%s)"', quote_literal(s.one)) END,
           jsonb_build_object('slots', s.n, 'names', s.names) FROM slots s
    UNION ALL
    SELECT 'dead rows', CASE WHEN d.is_many THEN 'unwell' ELSE 'well' END,
           format('%s dead rows beside %s live ones in llm.job%s', d.n, d.live, CASE WHEN d.is_many THEN coalesce(', vacuumed last at ' || to_char(d.last_autovacuum, 'HH24:MI'), ', never vacuumed') ELSE '' END),
           CASE WHEN d.is_many THEN 'end what holds vacuum back, if anything does, then almagest sql "VACUUM llm.job"' END,
           jsonb_build_object('dead', d.n, 'live', d.live) FROM rows_dead d
    UNION ALL
    SELECT 'history', CASE WHEN o.n > o.most THEN 'unwell' ELSE 'well' END,
           CASE WHEN o.n > o.most THEN format('more than %s finished jobs lie outside of the partitions by month, where taking them away is slow', o.most)
                ELSE format('%s finished jobs lie outside of the partitions by month', o.n) END,
           CASE WHEN o.n > o.most THEN 'almagest db prune makes the coming months'' partitions, and takes old jobs away by policy' END,
           jsonb_build_object('rows', o.n) FROM outside o
$$;
