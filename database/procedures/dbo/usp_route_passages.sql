-- Routes what is said of entities and relations in some passages, all at once; see dbo.usp_route_passage_entities and
-- dbo.usp_route_passage_relations for the items, the rules, the tables written and the errors. p_passages: of dbo.fn_passages; p_entities, p_relations:
-- an array of each passage, or null. Returns the counts of each (dbo.fn_routing_counts), where ends that the passage had not mentioned yet
-- count as entities too. All or none.
CREATE OR REPLACE FUNCTION dbo.usp_route_passages(p_tenant_id integer, p_passages dbo.passage[], p_entities jsonb[], p_relations jsonb[]) RETURNS jsonb[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_entities dbo.passage_item[] := '{}';
    v_relations dbo.passage_item[] := '{}';
    v_evidence_new integer[] := array_fill(0, ARRAY[cardinality(p_passages)]);
    v_routed record;
    v_counts jsonb[] := '{}';
BEGIN
    IF p_entities IS NOT NULL AND p_relations IS NOT NULL THEN
        PERFORM dbo.usp_lock_item_names(p_tenant_id, VARIADIC p_entities || p_relations);
    END IF;
    IF p_entities IS NOT NULL THEN
        SELECT r.routed, r.evidence_new INTO v_entities, v_evidence_new FROM dbo.usp_route_passage_entities(p_tenant_id, p_passages, p_entities) r;
    END IF;
    IF p_relations IS NOT NULL THEN
        SELECT * INTO v_routed FROM dbo.usp_route_passage_relations(p_tenant_id, p_passages, p_relations, p_entities IS NOT NULL);
        v_relations := v_routed.routed;
        v_entities := v_entities || v_routed.entities;
        v_evidence_new := ARRAY(SELECT n.a + n.b FROM unnest(v_evidence_new, v_routed.evidence_new) WITH ORDINALITY n(a, b, place) ORDER BY n.place);
    END IF;
    FOR v_place IN 1 .. cardinality(p_passages) LOOP
        v_counts[v_place] := dbo.fn_routing_counts(p_tenant_id,
            ARRAY(SELECT ROW(r.ordinal, r.target_id, r.is_new)::dbo.routed_item FROM unnest(v_entities) r WHERE r.passage = v_place),
            ARRAY(SELECT ROW(r.ordinal, r.target_id, r.is_new)::dbo.routed_item FROM unnest(v_relations) r WHERE r.passage = v_place),
            v_evidence_new[v_place]);
    END LOOP;
    RETURN v_counts;
END $$;
