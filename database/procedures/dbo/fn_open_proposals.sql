-- Proposed tables that nobody decided about, the best supported first, in the shape of dbo.fn_review_items; quote is what some of their
-- waiting items are called. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_open_proposals(p_tenant_id integer, p_limit integer) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('items', coalesce(jsonb_agg(jsonb_build_object('item_type', 'schema_proposal', 'item_id', p.proposal_id,
                       'label', format('a table for %s', p.family), 'state', p.status, 'confidence', NULL, 'support', p.support,
                       'reason', format('%s items on %s pages', p.items, p.support),
                       'quote', (SELECT string_agg(s.value, ', ') FROM (SELECT f.value FROM dbo.fact_assertion f
                                  WHERE f.tenant_id = p_tenant_id AND f.subject_table = 'dbo.schema_proposal' AND f.subject_id = p.proposal_id
                                  ORDER BY f.assertion_id LIMIT 3) s),
                       'source_page_id', NULL, 'title', NULL, 'locator', NULL) ORDER BY p.support DESC, p.proposal_id), '[]'),
                   'next', NULL, 'waiting', (SELECT count(*) FROM dbo.schema_proposal s WHERE s.tenant_id = p_tenant_id AND s.status = 'open'))
              FROM (SELECT * FROM dbo.schema_proposal s WHERE s.tenant_id = p_tenant_id AND s.status = 'open'
                     ORDER BY s.support DESC, s.proposal_id LIMIT p_limit) p);
END $$;
