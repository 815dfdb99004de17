-- A person's decision about one relation; dbo.usp_adjudicate_row has parameters, result, tables and errors.
CREATE OR REPLACE FUNCTION dbo.usp_adjudicate_relation(p_tenant_id integer, p_relation_id bigint, p_decision text, p_override jsonb,
    p_reason text, p_actor text, p_expected_state text DEFAULT NULL) RETURNS jsonb
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT dbo.usp_adjudicate_row(p_tenant_id, 'relation', p_relation_id, p_decision, p_override, p_reason, p_actor, p_expected_state)
$$;
