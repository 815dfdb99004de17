-- Joins objects of attributes of which some have members: each member keeps all values said of it, one as it is, several as a sorted array without
-- repetition (at most the first 20). The result is the same in whatever order and grouping objects are joined.
CREATE OR REPLACE FUNCTION dbo.fn_union_members(p_objects jsonb[]) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN (
    SELECT coalesce(jsonb_object_agg(m.member, CASE WHEN cardinality(m.said) = 1 THEN m.said[1] ELSE to_jsonb(m.said[1:20]) END), '{}')
      FROM (SELECT a.member, array_agg(DISTINCT v.value ORDER BY v.value) AS said
              FROM unnest(p_objects) o(object)
             CROSS JOIN LATERAL jsonb_each(CASE WHEN jsonb_typeof(o.object) = 'object' THEN o.object ELSE '{}' END) a(member, held)
             CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN jsonb_typeof(a.held) = 'array' THEN a.held
                                                          ELSE jsonb_build_array(a.held) END) v(value)
             WHERE v.value <> 'null'
             GROUP BY a.member) m);
END $$;
