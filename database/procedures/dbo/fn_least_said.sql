-- The least text, by C collation, that pieces of evidence hold under a member of what they said; null: none.
CREATE OR REPLACE FUNCTION dbo.fn_least_said(p_said jsonb[], p_member text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT min((v.value #>> '{}') COLLATE "C")
      FROM unnest(p_said) s(said)
     CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN jsonb_typeof(s.said -> p_member) = 'array' THEN s.said -> p_member
                                                  ELSE jsonb_build_array(s.said -> p_member) END) v(value)
$$;
