-- Keeps pages that only lead to another, as {"locator", "from_title", "to_title"} in a JSON array: from_title is one more
-- name of what to_title (without a section after #) names, known already or later: fn_find_entities and fn_show_entity follow it. A locator that is known leads where it is said to lead last. Returns how many are new or
-- changed. Writes ingest.redirect. AL004: unknown tenant. AL005: not an array, or an item without one of the three.
CREATE OR REPLACE FUNCTION ingest.usp_note_redirects(p_tenant_id integer, p_redirects jsonb) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_count integer;
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    IF jsonb_typeof(p_redirects) IS DISTINCT FROM 'array' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'redirects must be a JSON array';
    ELSIF EXISTS (SELECT FROM jsonb_array_elements(p_redirects) r
                   WHERE coalesce(r ->> 'locator', '') = '' OR length(r ->> 'locator') > 4000
                      OR coalesce(r ->> 'from_title', '') = '' OR coalesce(r ->> 'to_title', '') = '') THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005',
            MESSAGE = 'a redirect must have a locator of 1 to 4000 characters, a from_title and a to_title';
    END IF;
    WITH said AS (
        SELECT DISTINCT ON (r.value ->> 'locator') r.value ->> 'locator' AS locator, r.value ->> 'from_title' AS from_title,
               r.value ->> 'to_title' AS to_title
          FROM jsonb_array_elements(p_redirects) WITH ORDINALITY r(value, ordinal)
         ORDER BY r.value ->> 'locator', r.ordinal DESC)
    INSERT INTO ingest.redirect AS d (tenant_id, locator, from_title, to_title, from_key, to_key)
    SELECT p_tenant_id, s.locator, s.from_title, s.to_title, dbo.fn_name_key(replace(s.from_title, '_', ' ')),
           dbo.fn_name_key(replace(split_part(s.to_title, '#', 1), '_', ' '))
      FROM said s ORDER BY s.locator
    ON CONFLICT (tenant_id, locator_hash) DO UPDATE SET from_title = excluded.from_title, to_title = excluded.to_title,
           from_key = excluded.from_key, to_key = excluded.to_key, recorded_at = now()
     WHERE (d.from_title, d.to_title) IS DISTINCT FROM (excluded.from_title, excluded.to_title);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END $$;
