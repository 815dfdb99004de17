-- Items of mentions of which none says what another says: those of one passage, name, type and owner become one, with the greatest
-- confidence, the highest state, the best spelling and grounding, and all attributes. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_joined_mentions(p_items dbo.mention_item[]) RETURNS dbo.mention_item[]
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM unnest(p_items) i GROUP BY i.passage, i.name_id, i.type_key, i.alias_of_name_id HAVING count(*) > 1) THEN
        RETURN p_items;
    END IF;
    RETURN ARRAY(
        SELECT ROW(min(i.ordinal), substr(min(dbo.fn_name_rank(i.name)), 6), i.name_id, i.type_key, min(i.said_type COLLATE "C"),
                   max(i.confidence),
                   (array_agg(i.grounding ORDER BY array_position(ARRAY['exact', 'normalised', 'passage', 'fuzzy', 'none'], i.grounding)))[1],
                   dbo.fn_state_of_rank(max(dbo.fn_state_rank(i.state))), dbo.fn_union_attributes(array_agg(i.attributes)),
                   i.alias_of_name_id, i.passage, min(i.entity_id))::dbo.mention_item
          FROM unnest(p_items) i GROUP BY i.passage, i.name_id, i.type_key, i.alias_of_name_id);
END $$;
