-- The registered family of dimensions of that name. Writes nothing. AL014: there is none.
CREATE OR REPLACE FUNCTION dbo.fn_require_family(p_family text) RETURNS dbo.dimension_family
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_family dbo.dimension_family;
BEGIN
    SELECT f.* INTO v_family FROM dbo.dimension_family f WHERE f.family = dbo.fn_type_key(p_family);
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL014', MESSAGE = format('there is no family of dimensions %s; families are %s',
            coalesce(quote_literal(left(p_family, 200)), 'null'), (SELECT string_agg(f.family, ', ' ORDER BY f.family) FROM dbo.dimension_family f));
    END IF;
    RETURN v_family;
END $$;
