-- Whether a state is a person's decision, which no later run overwrites: adjudicated or rejected.
CREATE OR REPLACE FUNCTION dbo.fn_is_decided(p_state text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
RETURN coalesce(p_state IN ('adjudicated', 'rejected'), false);
