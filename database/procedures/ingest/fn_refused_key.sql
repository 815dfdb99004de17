-- The dedupe key of the work item for a locator that could not be taken in. Writes nothing.
CREATE OR REPLACE FUNCTION ingest.fn_refused_key(p_locator text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT encode(sha256(convert_to(p_locator || E'\nrefused', 'UTF8')), 'hex')
$$;
