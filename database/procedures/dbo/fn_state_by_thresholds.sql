-- The state that one item earns: promoted, candidate or suppressed. Fuzzy evidence makes at most a candidate, none is
-- suppressed. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_state_by_thresholds(p_confidence double precision, p_grounding text,
    p_auto_promote double precision, p_manual_review double precision) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
RETURN CASE WHEN p_grounding = 'none' OR p_confidence < p_manual_review THEN 'suppressed'
            WHEN p_grounding = 'fuzzy' OR p_confidence < p_auto_promote THEN 'candidate'
            ELSE 'promoted' END;
