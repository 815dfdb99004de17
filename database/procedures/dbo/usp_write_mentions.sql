-- Writes mentions of names in some passages; what is known is joined with what is said now, and the same again changes
-- nothing. An item with a type belongs to the entity of that name and type; one without to its home
-- (dbo.fn_untyped_home) or the name's untyped row; an alias to the entity of the name that it is an alias of.
-- Where that row is merged, to its master. p_items: joined (dbo.fn_joined_mentions), so that none says what another says.
-- p_is_blank: the pages have no mentions yet, so that nothing is looked for. OUT new_names: the names of the mentions that are new; mention_ids,
-- entity_ids: where all are new, those of each item in their order, else null. Writes dbo.entity_mention. The caller holds the names' locks.
CREATE OR REPLACE FUNCTION dbo.usp_write_mentions(p_tenant_id integer, p_passages dbo.passage[], p_items dbo.mention_item[],
    p_is_blank boolean DEFAULT false, OUT new_names bigint[], OUT mention_ids bigint[], OUT entity_ids bigint[])
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off AS $$
BEGIN
    new_names := '{}';
    IF cardinality(p_items) = 0 THEN
        RETURN;
    END IF;
    -- All of them with a type and none another name: where all were made, they are in the order of the items.
    IF p_is_blank THEN
        WITH written AS (
            INSERT INTO dbo.entity_mention AS m (tenant_id, source_page_id, chunk_id, name_id, type_key, entity_id,
                said_name, said_type, confidence, grounding, earned_state, attributes, run_id)
            SELECT p_tenant_id, (p_passages[i.passage]).source_page_id, (p_passages[i.passage]).chunk_id, i.name_id, i.type_key,
                   coalesce(i.entity_id, e.merged_into_id, e.entity_id), i.name, i.said_type, i.confidence, i.grounding, i.state, i.attributes,
                   (p_passages[i.passage]).run_id
              FROM unnest(p_items) i
              LEFT JOIN LATERAL (SELECT d.entity_id, d.merged_into_id FROM dbo.dim_entity d
                                  WHERE i.entity_id IS NULL AND d.tenant_id = p_tenant_id AND d.name_id = i.name_id AND d.type_key = i.type_key OFFSET 0) e ON true
            RETURNING m.name_id, m.mention_id, m.entity_id)
        SELECT array_agg(w.name_id), array_agg(w.mention_id), array_agg(w.entity_id) INTO new_names, mention_ids, entity_ids FROM written w;
        IF new_names <> ARRAY(SELECT i.name_id FROM unnest(p_items) i) THEN
            mention_ids := NULL;
            entity_ids := NULL;
        END IF;
        RETURN;
    END IF;
    WITH written AS (
        INSERT INTO dbo.entity_mention AS m (tenant_id, source_page_id, chunk_id, name_id, type_key, alias_of, entity_id,
            said_name, said_type, confidence, grounding, earned_state, attributes, run_id)
        SELECT p_tenant_id, (p_passages[i.passage]).source_page_id, (p_passages[i.passage]).chunk_id, i.name_id, i.type_key, o.mention_id,
               coalesce(i.entity_id, o.entity_id,
                        CASE WHEN i.type_key IS NULL
                             THEN dbo.fn_untyped_home(p_tenant_id, i.name_id, (p_passages[i.passage]).source_page_id, (p_passages[i.passage]).chunk_id) END,
                        e.merged_into_id, e.entity_id),
               i.name, i.said_type, i.confidence, i.grounding, i.state,
               CASE WHEN o.mention_id IS NULL THEN i.attributes ELSE '{}' END, (p_passages[i.passage]).run_id
          FROM unnest(p_items) i
          LEFT JOIN dbo.entity_mention o ON i.alias_of_name_id IS NOT NULL AND o.name_id = i.alias_of_name_id
           AND o.source_page_id = (p_passages[i.passage]).source_page_id AND o.chunk_id IS NOT DISTINCT FROM (p_passages[i.passage]).chunk_id
           AND o.type_key IS NOT DISTINCT FROM i.type_key AND o.alias_of IS NULL
          -- Only where that is not known yet: most entities are.
          LEFT JOIN LATERAL (SELECT d.entity_id, d.merged_into_id FROM dbo.dim_entity d
                              WHERE i.entity_id IS NULL AND o.mention_id IS NULL AND d.tenant_id = p_tenant_id AND d.name_id = i.name_id
                                AND d.type_key IS NOT DISTINCT FROM i.type_key OFFSET 0) e ON true
         ORDER BY i.name_id, i.type_key
        ON CONFLICT (source_page_id, name_id, chunk_id, type_key, alias_of, tenant_id) DO NOTHING
        RETURNING m.name_id)
    SELECT coalesce(array_agg(w.name_id), '{}') INTO new_names FROM written w;
    IF cardinality(new_names) < cardinality(p_items) THEN
        UPDATE dbo.entity_mention m
           SET said_name = substr(least(dbo.fn_name_rank(m.said_name), dbo.fn_name_rank(j.name)), 6),
               said_type = least(m.said_type COLLATE "C", j.said_type COLLATE "C"),
               confidence = greatest(m.confidence, j.confidence),
               earned_state = dbo.fn_risen_state(m.earned_state, j.state),
               attributes = dbo.fn_union_attributes(ARRAY[m.attributes, j.attributes])
          FROM (SELECT (p_passages[i.passage]).source_page_id, (p_passages[i.passage]).chunk_id, i.name_id, i.type_key, o.mention_id AS alias_of,
                       i.name, i.said_type, i.confidence, i.state, CASE WHEN o.mention_id IS NULL THEN i.attributes ELSE '{}' END AS attributes
                  FROM unnest(p_items) i
                  LEFT JOIN dbo.entity_mention o ON i.alias_of_name_id IS NOT NULL AND o.name_id = i.alias_of_name_id
                   AND o.source_page_id = (p_passages[i.passage]).source_page_id AND o.chunk_id IS NOT DISTINCT FROM (p_passages[i.passage]).chunk_id
                   AND o.type_key IS NOT DISTINCT FROM i.type_key AND o.alias_of IS NULL) j
         WHERE m.name_id = j.name_id AND m.source_page_id = j.source_page_id AND m.chunk_id IS NOT DISTINCT FROM j.chunk_id
           AND m.type_key IS NOT DISTINCT FROM j.type_key AND m.alias_of IS NOT DISTINCT FROM j.alias_of AND m.tenant_id = p_tenant_id
           AND (dbo.fn_name_rank(j.name) < dbo.fn_name_rank(m.said_name)
                OR j.said_type COLLATE "C" < m.said_type COLLATE "C" OR j.confidence > m.confidence
                OR dbo.fn_risen_state(m.earned_state, j.state) <> m.earned_state
                OR dbo.fn_union_attributes(ARRAY[m.attributes, j.attributes]) <> m.attributes);
    END IF;
END $$;
