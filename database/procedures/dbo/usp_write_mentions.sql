-- Writes mentions of names in one passage; what is known is joined with what is said now, and the same again changes
-- nothing. An item with a type belongs to the entity of that name and type; one without to its home
-- (dbo.fn_untyped_home) or the name's untyped row; an alias to the entity of the name that it is an alias of.
-- Where that row is merged, to its master.
-- Returns the name ids of the mentions that are new. Writes dbo.entity_mention. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_write_mentions(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint,
    p_chunk_id bigint, p_items dbo.mention_item[]) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off AS $$
DECLARE
    v_new bigint[];
BEGIN
    IF cardinality(p_items) = 0 THEN
        RETURN '{}';
    END IF;
    WITH joined AS (
        SELECT i.name_id, i.type_key, p.mention_id AS alias_of, p.entity_id AS owner_id,
               substr(min(dbo.fn_name_rank(i.name)), 6) AS name, min(i.said_type COLLATE "C") AS said_type,
               max(i.confidence) AS confidence, dbo.fn_union_attributes(array_agg(i.attributes)) AS attributes,
               (array_agg(i.grounding ORDER BY array_position(ARRAY['exact', 'normalised', 'passage', 'fuzzy', 'none'], i.grounding)))[1] AS grounding,
               (array_agg(i.state ORDER BY dbo.fn_state_rank(i.state) DESC))[1] AS state
          FROM unnest(p_items) i
          LEFT JOIN dbo.entity_mention p ON i.alias_of_name_id IS NOT NULL AND p.name_id = i.alias_of_name_id
           AND p.source_page_id = p_source_page_id AND p.chunk_id IS NOT DISTINCT FROM p_chunk_id
           AND p.type_key IS NOT DISTINCT FROM i.type_key AND p.alias_of IS NULL
         GROUP BY i.name_id, i.type_key, p.mention_id, p.entity_id
    ), written AS (
        INSERT INTO dbo.entity_mention AS m (tenant_id, source_page_id, chunk_id, name_id, type_key, alias_of, entity_id,
            said_name, said_type, confidence, grounding, earned_state, attributes, run_id)
        SELECT p_tenant_id, p_source_page_id, p_chunk_id, j.name_id, j.type_key, j.alias_of,
               coalesce(j.owner_id,
                        CASE WHEN j.type_key IS NULL
                             THEN dbo.fn_untyped_home(p_tenant_id, j.name_id, p_source_page_id, p_chunk_id) END,
                        e.merged_into_id, e.entity_id),
               j.name, j.said_type, j.confidence, j.grounding, j.state,
               CASE WHEN j.alias_of IS NULL THEN j.attributes ELSE '{}' END, p_run_id
          FROM joined j
          LEFT JOIN dbo.dim_entity e ON j.alias_of IS NULL AND e.tenant_id = p_tenant_id AND e.name_id = j.name_id
           AND e.type_key IS NOT DISTINCT FROM j.type_key
         ORDER BY j.name_id, j.type_key
        ON CONFLICT (name_id, source_page_id, chunk_id, type_key, alias_of, tenant_id) DO UPDATE
           SET said_name = substr(least(dbo.fn_name_rank(m.said_name), dbo.fn_name_rank(EXCLUDED.said_name)), 6),
               said_type = least(m.said_type COLLATE "C", EXCLUDED.said_type COLLATE "C"),
               confidence = greatest(m.confidence, EXCLUDED.confidence),
               earned_state = dbo.fn_risen_state(m.earned_state, EXCLUDED.earned_state),
               attributes = dbo.fn_union_attributes(ARRAY[m.attributes, EXCLUDED.attributes])
         WHERE dbo.fn_name_rank(EXCLUDED.said_name) < dbo.fn_name_rank(m.said_name)
            OR EXCLUDED.said_type COLLATE "C" < m.said_type COLLATE "C" OR EXCLUDED.confidence > m.confidence
            OR dbo.fn_risen_state(m.earned_state, EXCLUDED.earned_state) <> m.earned_state
            OR dbo.fn_union_attributes(ARRAY[m.attributes, EXCLUDED.attributes]) <> m.attributes
        RETURNING m.name_id, m.xmax = 0 AS is_new)
    SELECT coalesce(array_agg(w.name_id) FILTER (WHERE w.is_new), '{}') INTO v_new FROM written w;
    RETURN v_new;
END $$;
