-- The relations of an entity, out of it and into it, as JSON, under the names and in the directions that they are shown as
-- (dbo.usp_relate_terms; "said_type" where it was said otherwise): by type, then start; not those that a person
-- rejected, nor those to a rejected entity. p_at, p_work_ids: only what held then
-- (dbo.fn_holds), each with "holds". Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_entity_relations_json(p_tenant_id integer, p_entity_id bigint, p_at date DEFAULT NULL,
    p_work_ids bigint[] DEFAULT NULL) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
    SELECT coalesce(jsonb_agg(dbo.fn_bounded_json(p_tenant_id, 'dbo.bridge_entity_relation', r.relation_id, to_jsonb(r))
            || jsonb_build_object('relation_id', r.relation_id, 'direction', r.direction, 'relation_type', r.shown_type,
                'other', jsonb_build_object('entity_id', o.entity_id, 'name', o.entity_name, 'type', o.entity_type), 'holds', h.holds) || CASE WHEN r.shown_type = r.relation_type THEN '{}' ELSE jsonb_build_object('said_type', r.relation_type) END
            ORDER BY r.direction DESC, r.shown_type, r.start_date, r.end_date, o.entity_name COLLATE "C", r.relation_id), '[]')
      FROM (SELECT s.*, coalesce(t.canonical, s.relation_type) AS shown_type,
                   CASE WHEN coalesce(t.is_reversed, false) = s.is_out THEN 'in' ELSE 'out' END AS direction
              FROM (SELECT b.*, true AS is_out, b.to_entity_id AS other_id FROM dbo.bridge_entity_relation b
                     WHERE b.from_entity_id = p_entity_id AND b.tenant_id = p_tenant_id AND b.promotion_state <> 'rejected'
                    UNION ALL
                    SELECT b.*, false, b.from_entity_id FROM dbo.bridge_entity_relation b
                     WHERE b.to_entity_id = p_entity_id AND b.tenant_id = p_tenant_id AND b.from_entity_id <> b.to_entity_id
                       AND b.promotion_state <> 'rejected') s
              LEFT JOIN dbo.term_relation t ON t.tenant_id = p_tenant_id AND t.kind = 'relation_type' AND t.term = s.relation_type) r
      JOIN dbo.dim_entity o ON o.entity_id = r.other_id AND o.tenant_id = p_tenant_id AND o.promotion_state <> 'rejected'
     CROSS JOIN LATERAL (SELECT dbo.fn_holds(p_tenant_id, r.start_date, r.end_date, r.start_work_id, r.end_work_id, r.work_context, p_at, p_work_ids) AS holds) h
     WHERE h.holds IS NOT NULL
$$;
