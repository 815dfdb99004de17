-- One kind of dbo.fn_item_kinds. AL025: there is no such kind. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_item_kind(p_item_type text) RETURNS dbo.item_kind
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_kind dbo.item_kind;
BEGIN
    SELECT * INTO v_kind FROM dbo.fn_item_kinds() k WHERE k.item_type = p_item_type;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL025', MESSAGE = format('%s is no type of item: there are %s, dedupe_pair and schema_proposal',
            coalesce(p_item_type, 'null'), (SELECT string_agg(k.item_type, ', ') FROM dbo.fn_item_kinds() k));
    END IF;
    RETURN v_kind;
END $$;
