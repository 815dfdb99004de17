-- Sets all thresholds of a tenant at once: {"*": {"auto_promote", "manual_review"}, "relation": {…}, …}; a kind that is not named has none of its
-- own any more. Holds for what is routed from now on. Returns how many rows that changed. Writes dbo.governance_threshold.
-- Errors: AL004 unknown tenant; AL005 out of range; AL025 no such kind of item.
CREATE OR REPLACE FUNCTION dbo.usp_replace_thresholds(p_tenant_id integer, p_thresholds jsonb) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_name text;
    v_changed integer;
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    SELECT k.name INTO v_name FROM jsonb_object_keys(p_thresholds) k(name)
     WHERE k.name NOT IN ('*', 'tag', 'dedupe_pair') AND NOT EXISTS (SELECT FROM dbo.fn_item_kinds() i WHERE i.item_type = k.name) ORDER BY 1 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL025', MESSAGE = format('governance.types: %s is no type of item: there are %s, tag and dedupe_pair', v_name,
            (SELECT string_agg(i.item_type, ', ') FROM dbo.fn_item_kinds() i));
    END IF;
    WITH gone AS (
        DELETE FROM dbo.governance_threshold g WHERE g.tenant_id = p_tenant_id AND NOT p_thresholds ? g.item_type RETURNING 1)
    SELECT count(*) INTO v_changed FROM gone;
    v_changed := v_changed + (SELECT count(*) FROM jsonb_each(p_thresholds) t
        WHERE NOT EXISTS (SELECT FROM dbo.governance_threshold g WHERE g.tenant_id = p_tenant_id AND g.item_type = t.key
            AND g.auto_promote = (t.value ->> 'auto_promote')::double precision AND g.manual_review = (t.value ->> 'manual_review')::double precision));
    PERFORM dbo.usp_set_thresholds(p_tenant_id, t.key, (t.value ->> 'auto_promote')::double precision, (t.value ->> 'manual_review')::double precision)
       FROM jsonb_each(p_thresholds) t ORDER BY t.key;
    RETURN v_changed;
END $$;
