-- The tags of these names (folded), made where there is none: what a person says of tags needs no page. p_type: of new ones, null
-- for unknown; where a name has tags of several types, the one of that type, else the best supported.
-- Returns a row a name: place, tag_id. Writes dbo.name, dbo.dim_tag. Works under the names' locks.
-- AL004: unknown tenant; AL005: a name that is empty or longer than 1000 characters.
CREATE OR REPLACE FUNCTION dbo.usp_ensure_tags(p_tenant_id integer, p_names text[], p_type text DEFAULT NULL)
RETURNS TABLE (place bigint, tag_id bigint)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_type text := coalesce(dbo.fn_concrete_type(p_type), 'unknown');
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    IF EXISTS (SELECT FROM unnest(p_names) n(name) WHERE coalesce(length(btrim(n.name, E' \t\n\r')), 0) NOT BETWEEN 1 AND 1000) OR length(v_type) > 200 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'a tag must have a name of 1 to 1000 characters and a type of at most 200';
    END IF;
    PERFORM dbo.usp_lock_names(p_tenant_id, ARRAY(SELECT dbo.fn_name_key(btrim(n.name, E' \t\n\r')) FROM unnest(p_names) n(name)));
    INSERT INTO dbo.dim_tag (tenant_id, name_id, tag_name, name_key, tag_type, promotion_state, confidence)
    SELECT DISTINCT ON (k.name_key COLLATE "C") p_tenant_id, k.name_id, btrim(n.name, E' \t\n\r'), k.name_key, v_type, 'adjudicated', 1
      FROM unnest(p_names) n(name)
      JOIN dbo.name k ON k.tenant_id = p_tenant_id AND k.name_hash = md5(dbo.fn_name_key(btrim(n.name, E' \t\n\r')))::uuid
     WHERE NOT EXISTS (SELECT FROM dbo.dim_tag t WHERE t.tenant_id = p_tenant_id AND t.name_id = k.name_id AND (p_type IS NULL OR t.tag_type = v_type))
     ORDER BY k.name_key COLLATE "C", dbo.fn_name_rank(btrim(n.name, E' \t\n\r'))
    ON CONFLICT DO NOTHING;
    RETURN QUERY
    SELECT n.place, (SELECT t.tag_id FROM dbo.name k JOIN dbo.dim_tag t ON t.tenant_id = k.tenant_id AND t.name_id = k.name_id
                      WHERE k.tenant_id = p_tenant_id AND k.name_hash = md5(dbo.fn_name_key(btrim(n.name, E' \t\n\r')))::uuid
                      ORDER BY t.tag_type = v_type DESC, t.support DESC, t.tag_id LIMIT 1)
      FROM unnest(p_names) WITH ORDINALITY n(name, place);
END $$;
