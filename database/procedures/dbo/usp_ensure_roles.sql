-- Makes the roles of people who look and of people who decide, or brings their rights up to date: almagest_reader reads what is known (dbo,
-- sem, vector, also tables made later), not what came in raw nor the queue; almagest_reviewer also decides, only through
-- dbo.usp_adjudicate and its like. Neither can log in: grant them to users. The same again changes nothing.
-- Returns each role and whether it is new. Writes roles, which are the whole server's.
-- 42501: the caller may not make roles.
CREATE OR REPLACE FUNCTION dbo.usp_ensure_roles() RETURNS TABLE (role text, is_new boolean)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_schema text;
BEGIN
    FOREACH role IN ARRAY ARRAY['almagest_reader', 'almagest_reviewer'] LOOP
        is_new := NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = role);
        IF is_new THEN
            IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = current_user AND (r.rolcreaterole OR r.rolsuper)) THEN
                RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('user %s may not make roles; let an administrator run CREATE ROLE %s, and try again',
                    current_user, role);
            END IF;
            EXECUTE format('CREATE ROLE %I NOLOGIN', role);
        END IF;
        RETURN NEXT;
    END LOOP;
    FOREACH v_schema IN ARRAY ARRAY['dbo', 'sem', 'vector'] LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO almagest_reader', v_schema);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO almagest_reader', v_schema);
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT ON TABLES TO almagest_reader', v_schema);
    END LOOP;
    IF NOT pg_has_role('almagest_reviewer', 'almagest_reader', 'USAGE') THEN
        GRANT almagest_reader TO almagest_reviewer;
    END IF;
    GRANT USAGE ON SCHEMA llm TO almagest_reviewer;
    GRANT SELECT ON llm.run, llm.tenant TO almagest_reviewer;
    GRANT EXECUTE ON FUNCTION dbo.usp_adjudicate(integer, text, bigint, text, jsonb, text, text, text),
        dbo.usp_undo_adjudication(integer, bigint, text, text), dbo.fn_review_queue(integer, jsonb, text, integer),
        dbo.fn_review_items(integer, jsonb, text, integer) TO almagest_reviewer;
END $$;
