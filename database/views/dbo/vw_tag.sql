-- Tags, with how many pages, chunks and entities bear each, and how it stands to others: ["broader Conflict", "synonym Strife"].
CREATE OR REPLACE VIEW dbo.vw_tag AS
SELECT t.tag_id, t.tenant_id, t.tag_name, t.tag_type, t.promotion_state, t.support,
       a.pages, a.chunks, a.entities,
       (SELECT coalesce(jsonb_agg(r.relation_type || ' ' || r.to_tag ORDER BY r.relation_type, r.to_tag COLLATE "C"), '[]')
          FROM dbo.vw_tag_relation r WHERE r.from_tag_id = t.tag_id AND r.tenant_id = t.tenant_id) AS relations
  FROM dbo.dim_tag t
 CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE b.source_page_id IS NOT NULL AND b.chunk_id IS NULL) AS pages, count(b.chunk_id) AS chunks,
                            count(b.entity_id) AS entities
                       FROM dbo.bridge_tag_assignment b WHERE b.tag_id = t.tag_id AND b.tenant_id = t.tenant_id) a;
