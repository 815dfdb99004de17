-- The tree as a whole: every function is sound, pinned to a search path and runs with its caller's rights (but what
-- reviewers call).
BEGIN;
SELECT plan(5);
SELECT is_empty($$
    SELECT format('%s:%s: %s', p.oid::regprocedure, c.lineno, c.message)
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
     CROSS JOIN LATERAL tap.plpgsql_check_function_tb(p.oid, performance_warnings => false) c
     WHERE n.nspname IN ('llm', 'ingest', 'sem', 'vector', 'dbo') AND l.lanname = 'plpgsql' AND p.prorettype <> 'trigger'::regtype
       AND c.level = 'error'$$,
    'plpgsql_check finds no error in any function');
SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname IN ('llm', 'ingest', 'sem', 'vector', 'dbo')
       AND p.prosqlbody IS NULL AND NOT coalesce(p.proconfig, '{}') @> ARRAY['search_path=pg_catalog, public']$$,
    'every function pins its search path, but for those whose body was bound to what it names when it was made');
SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname IN ('llm', 'ingest', 'sem', 'vector', 'dbo') AND p.prosecdef
       AND (p.oid::regproc::text NOT IN ('dbo.usp_adjudicate', 'dbo.usp_undo_adjudication', 'dbo.fn_review_queue', 'dbo.fn_review_items')
            OR has_function_privilege('public', p.oid, 'EXECUTE'))$$,
    'no function lends its owner''s rights, but what a reviewer calls, and that not to everybody');
SELECT is_empty($$
    SELECT format('%s on %s:%s: %s', t.tgname, t.tgrelid::regclass, c.lineno, c.message)
      FROM pg_trigger t
     CROSS JOIN LATERAL tap.plpgsql_check_function_tb(t.tgfoid, t.tgrelid, performance_warnings => false,
                oldtable => CASE WHEN concat(t.tgoldtable, t.tgnewtable) <> '' THEN 'old_rows' END,
                newtable => CASE WHEN concat(t.tgoldtable, t.tgnewtable) <> '' THEN 'new_rows' END) c
     WHERE NOT t.tgisinternal AND c.level = 'error'$$,
    'plpgsql_check finds no error in any trigger');
SELECT is_empty($$
    SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname IN ('llm', 'ingest', 'sem', 'vector', 'dbo') AND c.relkind IN ('r', 'p')
       AND c.relname NOT IN ('job_type', 'job_type_control', 'queue_setting', 'answer_cache', 'circuit', 'dimension_family', 'bridge_family', 'fact_family')
       AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')$$,
    'every table says whose its rows are, but for what holds for all tenants: job types, settings, kept answers, circuits and families');
SELECT * FROM finish();
ROLLBACK;
