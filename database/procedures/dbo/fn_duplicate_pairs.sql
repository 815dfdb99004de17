-- Pairs of entities that may be one and wait for a decision, most alike first, at most p_limit (1 to 500):
-- [{pair_id, reason, similarity, explanation, first, second}], each entity as dbo.fn_entity_card has it. Writes nothing. AL005.
CREATE OR REPLACE FUNCTION dbo.fn_duplicate_pairs(p_tenant_id integer, p_limit integer) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF p_limit IS NULL OR p_limit NOT BETWEEN 1 AND 500 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('a limit of %s is not between 1 and 500', p_limit);
    END IF;
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('pair_id', p.pair_id, 'reason', p.reason, 'similarity', p.similarity,
                       'explanation', p.explanation, 'first', dbo.fn_entity_card(p_tenant_id, p.first_entity_id),
                       'second', dbo.fn_entity_card(p_tenant_id, p.second_entity_id))
                       ORDER BY p.similarity DESC NULLS LAST, p.pair_id), '[]')
              FROM (SELECT * FROM dbo.vw_open_pair c
                     WHERE c.tenant_id = p_tenant_id
                     ORDER BY c.similarity DESC NULLS LAST, c.pair_id LIMIT p_limit) p);
END $$;
