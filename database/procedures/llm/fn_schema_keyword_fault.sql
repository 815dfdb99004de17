-- The first thing in a schema that llm.fn_schema_fault does not check, as a sentence; null: it checks all of it. What is not
-- checked must not be promised. Writes nothing.
CREATE OR REPLACE FUNCTION llm.fn_schema_keyword_fault(p_schema jsonb, p_place text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_fault text;
BEGIN
    IF jsonb_typeof(p_schema) IS DISTINCT FROM 'object' THEN
        RETURN format('%s must be a JSON object', p_place);
    END IF;
    SELECT format('%s uses "%s", which is not checked: leave it out', p_place, k) INTO v_fault FROM jsonb_object_keys(p_schema) k
     WHERE k NOT IN ('$schema', '$id', 'title', 'description', 'default', 'examples', 'type', 'enum', 'const', 'required', 'properties',
                     'additionalProperties', 'items', 'minItems', 'maxItems', 'minLength', 'maxLength', 'pattern', 'minimum', 'maximum')
        OR (k = 'additionalProperties' AND jsonb_typeof(p_schema -> k) <> 'boolean')
     ORDER BY k LIMIT 1;
    IF v_fault IS NULL AND p_schema ? 'properties' THEN
        SELECT f INTO v_fault FROM jsonb_each(p_schema -> 'properties') r(member, rule)
         CROSS JOIN LATERAL llm.fn_schema_keyword_fault(r.rule, p_place || '.' || r.member) f WHERE f IS NOT NULL ORDER BY r.member LIMIT 1;
    END IF;
    RETURN coalesce(v_fault, CASE WHEN p_schema ? 'items' THEN llm.fn_schema_keyword_fault(p_schema -> 'items', p_place || '[]') END);
END $$;
