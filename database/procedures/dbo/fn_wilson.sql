-- The interval that holds a share with 95 % assurance, when p_right of p_all were right (Wilson's). Null of none. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_wilson(p_right bigint, p_all bigint, OUT low double precision, OUT high double precision)
LANGUAGE sql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT greatest((c.centre - c.half) / c.base, 0), least((c.centre + c.half) / c.base, 1)
      FROM (SELECT p_right::double precision / p_all + 3.8414588 / (2 * p_all) AS centre, 1 + 3.8414588 / p_all AS base,
                   1.9599640 * sqrt((p_right::double precision / p_all) * (1 - p_right::double precision / p_all) / p_all
                                    + 3.8414588 / (4.0 * p_all * p_all)) AS half
             WHERE p_all > 0) c
$$;
