-- Moves mentions to other entities, and after them what rests on them: other names, evidence, extractions, bridges,
-- facts and pairs for the audit; the entities concerned are computed anew. p_moved: names themselves, not aliases.
-- Writes dbo.entity_mention, dbo.dim_entity, dbo.evidence, dbo.fact_entity_extraction, dbo.entity_dedupe_candidate,
-- the tables of dbo.bridge_family and dbo.fact_family. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_move_mentions(p_tenant_id integer, p_moved dbo.moved_mention[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_moved dbo.moved_mention[];
    v_ids bigint[];
    v_entities bigint[];
BEGIN
    -- Other names go with the mention that they are other names of.
    SELECT p_moved || coalesce(array_agg(ROW(a.mention_id, v.old_entity_id, v.new_entity_id)::dbo.moved_mention), '{}')
      INTO v_moved
      FROM unnest(p_moved) v JOIN dbo.entity_mention a ON a.alias_of = v.mention_id;
    v_ids := ARRAY(SELECT v.mention_id FROM unnest(v_moved) v);
    v_entities := ARRAY(SELECT v.old_entity_id FROM unnest(v_moved) v UNION SELECT v.new_entity_id FROM unnest(v_moved) v);

    UPDATE dbo.entity_mention m SET entity_id = v.new_entity_id FROM unnest(v_moved) v WHERE m.mention_id = v.mention_id;
    UPDATE dbo.fact_entity_extraction x SET entity_id = v.new_entity_id FROM unnest(v_moved) v
     WHERE x.mention_id = v.mention_id AND x.tenant_id = p_tenant_id;
    UPDATE dbo.evidence x SET target_id = v.new_entity_id FROM unnest(v_moved) v
     WHERE x.mention_id = v.mention_id AND x.target_table = 'dbo.dim_entity';
    PERFORM dbo.usp_move_rows(p_tenant_id, v_ids);
    DELETE FROM dbo.entity_dedupe_candidate c
     WHERE c.reason = 'alias' AND c.status = 'open'
       AND (c.first_entity_id = ANY (v_entities) OR c.second_entity_id = ANY (v_entities));
    PERFORM dbo.usp_derive_entities(p_tenant_id, v_entities);
    PERFORM dbo.usp_note_dedupe_candidates(p_tenant_id,
        ARRAY(SELECT m.name_id FROM dbo.entity_mention m WHERE m.mention_id = ANY (v_ids)
              UNION SELECT m.name_id FROM dbo.entity_mention m WHERE m.entity_id = ANY (v_entities) AND m.alias_of IS NOT NULL
              UNION SELECT e.name_id FROM dbo.dim_entity e WHERE e.entity_id = ANY (v_entities)));
END $$;
