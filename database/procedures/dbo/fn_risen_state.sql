-- The state of a row that had p_state and got evidence worth p_earned: the higher; adjudicated, merged and retired stay.
CREATE OR REPLACE FUNCTION dbo.fn_risen_state(p_state text, p_earned text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
RETURN CASE WHEN dbo.fn_state_rank(p_earned) > dbo.fn_state_rank(p_state) THEN p_earned ELSE p_state END;
