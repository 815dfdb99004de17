-- Orders the states that thresholds give: staged 0, suppressed 1, candidate 2, promoted 3. Null for the states that
-- a person or a merge gave, which thresholds never change.
CREATE OR REPLACE FUNCTION dbo.fn_state_rank(p_state text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
RETURN CASE p_state WHEN 'staged' THEN 0 WHEN 'suppressed' THEN 1 WHEN 'candidate' THEN 2 WHEN 'promoted' THEN 3 END;
