-- A part of an item with what it does not say itself of confidence, grounding and evidence taken from the item: where it has
-- no evidence of its own, evidence and grounding are the item's. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_inherited_item(p_part jsonb, p_item jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN -- plpgsql keeps its plan
    RETURN jsonb_build_object('confidence', p_item -> 'confidence', 'grounding', p_item -> 'grounding', 'evidence', p_item -> 'evidence')
           || (SELECT coalesce(jsonb_object_agg(m.key, m.value), '{}') FROM jsonb_each(p_part) m WHERE m.value <> 'null');
END $$;
