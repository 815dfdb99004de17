-- Joins attribute objects: each member keeps all values said of it, one as it is, several as a sorted array without
-- repetition (at most the first 20). The result is the same in whatever order and grouping objects are joined. Most have no
-- members, and are joined without a look into them.
CREATE OR REPLACE FUNCTION dbo.fn_union_attributes(p_objects jsonb[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
RETURN CASE WHEN '{}' = ALL (p_objects) THEN '{}' ELSE dbo.fn_union_members(p_objects) END;
