-- The statement that gives a table its typed columns (dbo.fn_proposed_columns): each is generated from its field in the attributes, which
-- keep what was said, so that no writer has to know of them and they follow every merge, correction and forgetting. Null for none.
-- p_table: without its schema. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_columns_definition(p_table text, p_columns jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT format('ALTER TABLE dbo.%I', p_table) || string_agg(format(E'\n    ADD COLUMN %I %s GENERATED ALWAYS AS (dbo.fn_said_%s(attributes -> %L)) STORED',
               c.value ->> 'column', CASE c.value ->> 'type' WHEN 'number' THEN 'numeric' ELSE c.value ->> 'type' END, c.value ->> 'type', c.value ->> 'field'),
               ',' ORDER BY c.place) || ';'
      FROM jsonb_array_elements(p_columns) WITH ORDINALITY c(value, place)
$$;
