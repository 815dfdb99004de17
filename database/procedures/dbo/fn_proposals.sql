-- The proposed tables of a tenant, those that wait first, then newest first, at most p_limit (1 to 500): {"available": whether this
-- database collects proposals, "proposals": [{proposal_id, name, state, open, evidence_count, columns, samples, first_seen_at}]}.
-- Writes nothing. AL005: the limit is out of range.
CREATE OR REPLACE FUNCTION dbo.fn_proposals(p_tenant_id integer, p_limit integer) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_table text := 'dbo.schema_proposal'; -- made by a later migration than the pages that show it
    v_proposals jsonb;
BEGIN
    IF p_limit IS NULL OR p_limit NOT BETWEEN 1 AND 500 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('a limit of %s is not between 1 and 500', p_limit);
    ELSIF to_regclass(v_table) IS NULL THEN
        RETURN '{"available": false, "proposals": []}';
    END IF;
    EXECUTE format($q$
        SELECT coalesce(jsonb_agg(jsonb_build_object('proposal_id', p.row -> 'proposal_id',
                   'name', coalesce(p.row ->> 'table_name', p.row ->> 'family'), 'state', p.state, 'open', p.open,
                   'evidence_count', coalesce(p.row -> 'evidence_count', p.row -> 'items', '0'),
                   'columns', coalesce(p.row -> 'columns', '[]'), 'samples', coalesce(p.row -> 'samples', '[]'),
                   'first_seen_at', coalesce(p.row -> 'first_seen_at', p.row -> 'recorded_at', 'null'))
                   ORDER BY p.open DESC, (p.row ->> 'proposal_id')::bigint DESC), '[]')
          FROM (SELECT to_jsonb(s) AS row, coalesce(to_jsonb(s) ->> 'status', to_jsonb(s) ->> 'state') AS state,
                       coalesce(to_jsonb(s) ->> 'status', to_jsonb(s) ->> 'state') IN ('open', 'proposed') AS open
                  FROM %s s WHERE s.tenant_id = $1 ORDER BY 3 DESC, s.proposal_id DESC LIMIT $2) p$q$, v_table)
       INTO v_proposals USING p_tenant_id, p_limit;
    RETURN jsonb_build_object('available', true, 'proposals', v_proposals);
END $$;
