-- Whether a decision is one, and an override is given just where there must be one. Writes nothing.
-- AL005: it is not approve, reject or override; AL022: something to set, but not with override.
CREATE OR REPLACE FUNCTION dbo.fn_require_decision(p_decision text, p_override jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF p_decision IS NULL OR p_decision NOT IN ('approve', 'reject', 'override') THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('a decision is approve, reject or override, not %s', coalesce(p_decision, 'null'));
    ELSIF p_decision <> 'override' AND coalesce(p_override, 'null') NOT IN ('null', '{}') THEN
        RAISE EXCEPTION USING ERRCODE = 'AL022', MESSAGE = format('to %s sets nothing; what is right instead goes with override', p_decision);
    END IF;
END $$;
