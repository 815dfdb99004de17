-- A person's decision about the classification of a page; dbo.usp_adjudicate_row has result, tables and errors. It waits for
-- nobody any more. A rejected one is not given to prompts (sem.fn_page).
CREATE OR REPLACE FUNCTION dbo.usp_adjudicate_classification(p_tenant_id integer, p_source_page_id bigint, p_decision text,
    p_override jsonb, p_reason text, p_actor text, p_expected_state text DEFAULT NULL) RETURNS jsonb
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT dbo.usp_adjudicate_row(p_tenant_id, 'page_classification', p_source_page_id, p_decision, p_override, p_reason, p_actor,
                                  p_expected_state)
$$;
