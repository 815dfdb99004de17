-- The merges of a tenant, newest first, at most p_limit older than merge p_before (null: from the newest):
-- [{merge_id, master:{entity_id,name,type}, duplicates:[…], reason, actor, merged_at, undone_at, undone_by}]. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_merges(p_tenant_id integer, p_before bigint, p_limit integer) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('merge_id', m.merge_id, 'reason', m.reason, 'actor', m.actor,
                'merged_at', m.merged_at, 'undone_at', m.undone_at, 'undone_by', m.undone_by,
                'master', (SELECT jsonb_build_object('entity_id', e.entity_id, 'name', e.entity_name, 'type', e.entity_type)
                             FROM dbo.dim_entity e WHERE e.entity_id = m.master_id AND e.tenant_id = p_tenant_id),
                'duplicates', (SELECT coalesce(jsonb_agg(jsonb_build_object('entity_id', e.entity_id, 'name', e.entity_name,
                                         'type', e.entity_type) ORDER BY e.entity_id), '[]')
                                 FROM dbo.dim_entity e WHERE e.entity_id = ANY (m.duplicate_ids) AND e.tenant_id = p_tenant_id))
                ORDER BY m.merge_id DESC), '[]')
      FROM (SELECT * FROM dbo.entity_merge k
             WHERE k.tenant_id = p_tenant_id AND (p_before IS NULL OR k.merge_id < p_before)
             ORDER BY k.merge_id DESC LIMIT p_limit) m
$$;
