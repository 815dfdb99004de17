-- The proposed tables of a tenant, open ones first, best supported first, at most p_limit (1 to 500): {"available": whether this
-- database collects proposals, "proposals": [{proposal_id, family, kind, name, state, open, items, support, fields, reason, actor,
-- recorded_at, would_make, cannot_be_made, samples}]}; the last three as dbo.fn_show_schema_proposal has them, samples
-- what five of the waiting items are called. Writes nothing. AL005: the limit is out of range.
CREATE OR REPLACE FUNCTION dbo.fn_proposals(p_tenant_id integer, p_limit integer) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_table text := 'dbo.schema_proposal';
    v_show text := 'dbo.fn_show_schema_proposal(integer, bigint, integer)';
    v_proposals jsonb;
BEGIN
    IF p_limit IS NULL OR p_limit NOT BETWEEN 1 AND 500 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('a limit of %s is not between 1 and 500', p_limit);
    ELSIF to_regclass(v_table) IS NULL OR to_regprocedure(v_show) IS NULL THEN
        RETURN '{"available": false, "proposals": []}';
    END IF;
    EXECUTE format($q$
        SELECT coalesce(jsonb_agg(jsonb_build_object('proposal_id', p.proposal_id, 'family', p.family, 'kind', p.kind,
                   'name', coalesce(p.table_name, p.family), 'state', p.status, 'open', p.status = 'open', 'items', p.items,
                   'support', p.support, 'fields', p.fields, 'reason', p.reason, 'actor', p.actor, 'recorded_at', p.recorded_at,
                   'would_make', s.card -> 'would_make', 'cannot_be_made', s.card -> 'cannot_be_made',
                   'samples', jsonb_path_query_array(s.card, '$.examples[*].label'))
                   ORDER BY p.status = 'open' DESC, p.support DESC, p.proposal_id), '[]')
          FROM (SELECT * FROM %s k WHERE k.tenant_id = $1
                 ORDER BY k.status = 'open' DESC, k.support DESC, k.proposal_id LIMIT $2) p
         CROSS JOIN LATERAL (SELECT %s($1, p.proposal_id, 5) AS card) s$q$, v_table, split_part(v_show, '(', 1))
       INTO v_proposals USING p_tenant_id, p_limit;
    RETURN jsonb_build_object('available', true, 'proposals', v_proposals);
END $$;
