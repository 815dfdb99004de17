-- Writes the facts of one passage, each into the table of its kind: the step that every procedure which brings facts shares.
-- p_facts: array of {kind, subject, subject_family?, subject_type?, predicate, value, unit?, bounds, confidence, grounding,
-- evidence?, attributes?}; kinds are those of dbo.fact_family, the family is entity where nothing is said. Attributes and
-- descriptors are assertions, so that each has its evidence, its bounds and its contradictions; attributes of the row keep the kind.
-- The value of a measurement is a number where it can be read as one (dbo.fn_measure); value_text has the words.
-- OUT facts: for each item its place (from 1), row and whether that is new; entities, dimensions: subjects that the passage
-- had not named yet; evidence_new: new links.
-- A row stands for subject, predicate, folded value and bounds: another value is another row, and dbo.vw_conflict shows both
-- where their bounds overlap. The same again changes nothing.
-- Writes the tables of dbo.fact_family and dbo.dimension_family and what dbo.usp_route_entities writes.
-- Errors: AL003 names the item that is not of this shape; AL004 unknown tenant, page, chunk or run; AL014 no such family.
CREATE OR REPLACE FUNCTION dbo.usp_route_facts(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint, p_chunk_id bigint,
    p_job_type text, p_contract_version text, p_facts jsonb, OUT facts dbo.routed_row[], OUT entities dbo.routed_item[],
    OUT dimensions dbo.routed_row[], OUT evidence_new integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan -- planning takes longer than the work
SET jit = off AS $$
DECLARE
    v_passage record;
    v_ends record;
    v_table text;
    v_routed record;
BEGIN
    SELECT * INTO v_passage FROM dbo.fn_require_passage(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id);
    PERFORM dbo.fn_check_facts(p_facts, v_passage.text_length);
    facts := '{}';
    entities := '{}';
    dimensions := '{}';
    evidence_new := 0;
    IF p_facts = '[]' THEN
        RETURN;
    END IF;
    PERFORM dbo.usp_lock_item_names(p_tenant_id, p_facts);
    SELECT * INTO v_ends FROM dbo.usp_resolve_item_ends(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, p_job_type, p_contract_version,
        p_facts, false, v_passage.char_start, v_passage.char_end);
    entities := v_ends.entities;
    dimensions := v_ends.dimensions;
    evidence_new := v_ends.evidence_new;

    FOR v_table IN SELECT DISTINCT k.table_name FROM dbo.fact_family k
                    WHERE k.kind IN (SELECT dbo.fn_type_key(e.item ->> 'kind') FROM jsonb_array_elements(p_facts) e(item)) ORDER BY 1 LOOP
        SELECT * INTO v_routed FROM dbo.usp_write_rows(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, v_table,
            (SELECT jsonb_agg(b.bound_row || jsonb_build_object('ordinal', e.place, 'subject_table', s.table_name, 'subject_id', s.target_id,
                        'predicate', dbo.fn_type_key(e.item ->> 'predicate'), 'mention_id', s.mention_id)
                        || CASE WHEN v_table = 'dbo.fact_measurement'
                                THEN jsonb_build_object('value', m.number, 'unit', m.unit, 'value_text', m.value_text,
                                        'value_hash', CASE WHEN m.number IS NULL THEN dbo.fn_value_hash(m.value_text) END)
                                ELSE jsonb_build_object('value', m.value_text, 'value_hash', dbo.fn_value_hash(m.value_text)) END)
               FROM jsonb_array_elements(p_facts) WITH ORDINALITY e(item, place)
              CROSS JOIN LATERAL (SELECT dbo.fn_type_key(e.item ->> 'kind') AS kind) k
               JOIN dbo.fact_family f ON f.kind = k.kind AND f.table_name = v_table
               JOIN unnest(v_ends.ends) s ON s.ordinal = e.place
              CROSS JOIN LATERAL dbo.fn_measure(e.item -> 'value', e.item ->> 'unit') m
              CROSS JOIN LATERAL (SELECT dbo.fn_bound_row(p_tenant_id, e.item, k.kind, v_ends.works,
                        CASE WHEN k.kind IN ('attribute', 'descriptor') THEN jsonb_build_object('kind', k.kind) ELSE '{}' END
                        || CASE WHEN v_table <> 'dbo.fact_measurement' AND e.item ->> 'unit' IS NOT NULL
                                THEN jsonb_build_object('unit', e.item -> 'unit') ELSE '{}' END) AS bound_row) b),
            v_passage.char_start, v_passage.char_end);
        facts := facts || v_routed.routed;
        evidence_new := evidence_new + v_routed.evidence_new;
    END LOOP;
END $$;
