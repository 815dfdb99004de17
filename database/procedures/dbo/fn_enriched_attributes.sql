-- The attributes of a row in p_state that has p_kept, when p_said is said of it: all values of both; of a row that a person
-- decided, members that it has stay as the person saw them, and only new ones come to it.
CREATE OR REPLACE FUNCTION dbo.fn_enriched_attributes(p_state text, p_kept jsonb, p_said jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
RETURN CASE WHEN dbo.fn_is_decided(p_state) THEN coalesce(p_said, '{}') || p_kept ELSE dbo.fn_union_attributes(ARRAY[p_kept, p_said]) END;
