-- Whether an item is surely well-formed in what every family shares (confidence, grounding, attributes, one piece of evidence inside
-- of p_text_length characters), and its members p_name and p_term are a name and a term. What is not may still be well-formed:
-- dbo.fn_item_fault says; most items are spared it. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_is_plain_item(p_item jsonb, p_name text, p_term text, p_text_length integer) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
RETURN coalesce(
    CASE WHEN jsonb_typeof(p_item -> p_name) = 'string' AND jsonb_typeof(p_item -> p_term) = 'string'
              AND jsonb_typeof(p_item -> 'confidence') = 'number' AND jsonb_typeof(p_item -> 'evidence') = 'array'
         THEN btrim(p_item ->> p_name, E' \t\n\r') <> '' AND length(p_item ->> p_name) <= 1000
              AND btrim(p_item ->> p_term, E' \t\n\r') <> '' AND length(p_item ->> p_term) <= 200
              AND (p_item ->> 'confidence')::numeric BETWEEN 0 AND 1
              AND p_item ->> 'grounding' IN ('exact', 'normalised', 'passage', 'fuzzy', 'none')
              AND coalesce(jsonb_typeof(p_item -> 'attributes') IN ('object', 'null'), true)
              AND jsonb_array_length(p_item -> 'evidence') = 1 AND dbo.fn_is_evidence(p_item -> 'evidence' -> 0, p_text_length) END, false);
