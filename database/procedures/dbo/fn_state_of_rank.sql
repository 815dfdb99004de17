-- The state that dbo.fn_state_rank gives a rank: so that the highest of many states needs no sorting. Null stays null.
CREATE OR REPLACE FUNCTION dbo.fn_state_of_rank(p_rank integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
RETURN CASE p_rank WHEN 0 THEN 'staged' WHEN 1 THEN 'suppressed' WHEN 2 THEN 'candidate' WHEN 3 THEN 'promoted' END;
