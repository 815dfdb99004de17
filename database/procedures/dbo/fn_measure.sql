-- Reads the value of a measurement: its number, if it is one (or text such as "1,234.5" or "72 km"), the unit, said or read
-- after the number, and the words. Writes nothing, never raises.
CREATE OR REPLACE FUNCTION dbo.fn_measure(p_value jsonb, p_unit text, OUT number numeric, OUT unit text, OUT value_text text)
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_parts text[];
BEGIN
    value_text := btrim(p_value #>> '{}', E' \t\n\r');
    unit := nullif(btrim(p_unit, E' \t\n\r'), '');
    v_parts := regexp_match(value_text, '^([+-]?\d{1,3}(?:,\d{3})+(?:\.\d{1,50})?|[+-]?\d{1,50}(?:\.\d{1,50})?(?:[eE][+-]?\d{1,2})?)\s*([^\d\s,;.:/]{1,20})?$');
    IF v_parts IS NOT NULL AND (v_parts[2] IS NULL OR unit IS NULL OR unit = v_parts[2]) THEN
        number := replace(v_parts[1], ',', '')::numeric;
        unit := coalesce(unit, v_parts[2]);
    END IF;
END $$;
