-- Routes the answers of jobs about passages: of each output the members p_members, which are 'entities', 'relations' or both; see
-- dbo.usp_route_passages. The arrays belong together by place; the jobs are of one tenant, and each of another passage. Returns the
-- counts of each (dbo.fn_routing_counts). Its member 'dimensions', [{family, …, participants?}], brings the rows of those of its entities
-- that have a dimension of their own, and of what happened to them; see dbo.usp_route_dimensions and
-- dbo.usp_route_dimensions_with_entities. All or none: what is wrong with one of several shows when each is routed alone.
-- AL004: a job is not live or about no page. AL005: they are of several tenants, or of one passage.
CREATE OR REPLACE FUNCTION dbo.usp_process_passage_outputs(p_job_ids bigint[], p_run_ids uuid[], p_outputs jsonb[], p_members text[]) RETURNS jsonb[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_jobs dbo.job_context[] := '{}';
    v_tenant_id integer;
    v_entities jsonb[];
    v_relations jsonb[];
    v_dimensions jsonb[];
    v_counts jsonb[];
    v_said record;
BEGIN
    FOR v_place IN 1 .. cardinality(p_job_ids) LOOP
        v_jobs[v_place] := dbo.fn_job_context(p_job_ids[v_place]);
        v_tenant_id := coalesce(v_tenant_id, (v_jobs[v_place]).tenant_id);
        IF (v_jobs[v_place]).tenant_id <> v_tenant_id THEN
            RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'answers of several tenants are not routed together';
        END IF;
        IF 'entities' = ANY (p_members) THEN
            v_entities[v_place] := dbo.fn_items(p_outputs[v_place], 'entities');
        END IF;
        IF 'relations' = ANY (p_members) THEN
            v_relations[v_place] := dbo.fn_items(p_outputs[v_place], 'relations');
        END IF;
        v_dimensions[v_place] := CASE WHEN p_outputs[v_place] ? 'dimensions' THEN dbo.fn_items(p_outputs[v_place], 'dimensions') ELSE '[]' END;
    END LOOP;
    -- What happened to a name is no entity's name itself.
    IF EXISTS (SELECT FROM unnest(v_dimensions) d(items), jsonb_array_elements(d.items) e(item) WHERE e.item ? 'participants') THEN
        PERFORM dbo.usp_lock_item_names(v_tenant_id, VARIADIC v_entities || v_relations || v_dimensions);
    END IF;
    v_counts := dbo.usp_route_passages(v_tenant_id, dbo.fn_passages(v_tenant_id, p_run_ids,
        ARRAY(SELECT j.source_page_id FROM unnest(v_jobs) WITH ORDINALITY j(tenant_id, job_type, contract_version, source_page_id, chunk_id, place) ORDER BY j.place),
        ARRAY(SELECT j.chunk_id FROM unnest(v_jobs) WITH ORDINALITY j(tenant_id, job_type, contract_version, source_page_id, chunk_id, place) ORDER BY j.place),
        ARRAY(SELECT j.job_type FROM unnest(v_jobs) WITH ORDINALITY j(tenant_id, job_type, contract_version, source_page_id, chunk_id, place) ORDER BY j.place),
        ARRAY(SELECT j.contract_version FROM unnest(v_jobs) WITH ORDINALITY j(tenant_id, job_type, contract_version, source_page_id, chunk_id, place) ORDER BY j.place)),
        v_entities, v_relations);
    -- All names are locked already.
    FOR v_place IN 1 .. cardinality(p_job_ids) LOOP
        FOR v_said IN SELECT d.item ->> 'family' AS family, d.item ? 'participants' AS has_participants, jsonb_agg(d.item - 'family') AS items
                        FROM jsonb_array_elements(v_dimensions[v_place]) d(item) GROUP BY 1, 2 ORDER BY 1, 2 LOOP
            IF v_said.has_participants THEN
                PERFORM dbo.usp_route_dimensions_with_entities(v_jobs[v_place], p_run_ids[v_place], v_said.family, 'participants', v_said.items);
            ELSE
                PERFORM dbo.usp_route_dimensions(v_tenant_id, p_run_ids[v_place], (v_jobs[v_place]).source_page_id, (v_jobs[v_place]).chunk_id,
                    v_said.family, v_said.items);
            END IF;
        END LOOP;
    END LOOP;
    RETURN v_counts;
END $$;
