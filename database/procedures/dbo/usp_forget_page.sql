-- Takes one page back out: its text, bytes, chunks and jobs, all evidence and mentions from it, and the rows that only it
-- supported. Rows that other pages support stay with what those say; names and types fall back to what is still said.
-- Where later versions of the page took over what this one had been asked, they are asked anew. Rows that a person decided
-- on, or that others refer to, retire instead of going. One bounded transaction; again, it finds nothing.
-- p_reason: any text or null; p_actor: who, null for the database's user.
-- Returns null when the tenant has no such page, else {forgetting_id, source_page_id, locator, version, chunks, mentions, evidence,
-- entities, relations, rows (other tables), retired, names, jobs, answers, asked_anew, artifacts:[…]}; the caller removes the artifacts.
-- Locks the source, the page, then the names concerned in the order of their keys: as ingest and routing do.
-- Writes dbo.source_forgetting and every table that knowledge or the page stands in.
-- 40001: a name came to the rows meanwhile (transient).
CREATE OR REPLACE FUNCTION dbo.usp_forget_page(p_tenant_id integer, p_source_page_id bigint, p_reason text, p_actor text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET jit = off AS $$
DECLARE
    v_page sem.source_page;
    v_keys text[];
    v_entities bigint[];
    v_names bigint[];
    v_rows dbo.row_reference[];
    v_table text;
    v_part record;
    v_queue record;
    v_forgetting_id bigint;
    v_evidence integer;
    v_mentions integer;
    v_relations integer := 0;
    v_others integer := 0;
    v_retired integer := 0;
    v_entities_gone integer;
    v_names_gone integer;
    v_chunks integer;
    v_asked integer := 0;
    v_proposals bigint[];
    v_pair_answers integer;
    v_artifacts text[];
BEGIN
    PERFORM llm.fn_require_tenant(p_tenant_id);
    PERFORM FROM ingest.source s WHERE s.tenant_id = p_tenant_id AND s.source_id = (SELECT p.source_id FROM sem.source_page p
        WHERE p.source_page_id = p_source_page_id AND p.tenant_id = p_tenant_id) FOR UPDATE;
    SELECT p.* INTO v_page FROM sem.source_page p
     WHERE p.source_page_id = p_source_page_id AND p.tenant_id = p_tenant_id FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    v_keys := dbo.fn_forget_name_keys(p_tenant_id, p_source_page_id);
    PERFORM dbo.usp_lock_names(p_tenant_id, v_keys);
    IF NOT v_keys @> dbo.fn_forget_name_keys(p_tenant_id, p_source_page_id) THEN
        RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = format('what page %s speaks for got other names meanwhile; try again', p_source_page_id);
    END IF;
    INSERT INTO dbo.source_forgetting (tenant_id, source_page_id, locator, version, reason, actor)
    VALUES (p_tenant_id, p_source_page_id, v_page.locator, v_page.version, p_reason, coalesce(nullif(btrim(p_actor), ''), session_user))
    RETURNING forgetting_id INTO v_forgetting_id;

    -- What the page said.
    SELECT coalesce(array_agg(DISTINCT m.entity_id), '{}'), coalesce(array_agg(DISTINCT m.name_id), '{}'), count(*)
      INTO v_entities, v_names, v_mentions
      FROM dbo.entity_mention m WHERE m.source_page_id = p_source_page_id AND m.tenant_id = p_tenant_id;
    PERFORM dbo.usp_forget_merge_rows(p_tenant_id, p_source_page_id, v_entities);
    WITH gone AS (
        DELETE FROM dbo.evidence v WHERE v.source_page_id = p_source_page_id AND v.tenant_id = p_tenant_id
        RETURNING v.target_table, v.target_id)
    SELECT coalesce(array_agg(DISTINCT ROW(g.target_table, g.target_id)::dbo.row_reference), '{}'), count(*)
      INTO v_rows, v_evidence FROM gone g;
    DELETE FROM dbo.fact_entity_extraction x WHERE x.source_page_id = p_source_page_id AND x.tenant_id = p_tenant_id;
    DELETE FROM dbo.bridge_tag_assignment t
     WHERE (t.source_page_id = p_source_page_id OR t.chunk_id IN (SELECT c.chunk_id FROM vector.chunk c WHERE c.source_page_id = p_source_page_id))
       AND t.tenant_id = p_tenant_id;
    DELETE FROM dbo.entity_mention m WHERE m.source_page_id = p_source_page_id AND m.tenant_id = p_tenant_id;

    v_proposals := ARRAY(SELECT DISTINCT a.subject_id FROM unnest(v_rows) r
        JOIN dbo.fact_assertion a ON a.assertion_id = r.row_id AND a.tenant_id = p_tenant_id AND a.subject_table = 'dbo.schema_proposal'
       WHERE r.table_name = 'dbo.fact_assertion');

    -- What rested on it: facts, then bridges, then dimensions, then entities.
    FOR v_table IN
        SELECT r.table_name FROM unnest(v_rows) r
         WHERE r.table_name NOT IN ('dbo.dim_entity', 'sem.page_classification') AND to_regclass(r.table_name) IS NOT NULL
         GROUP BY r.table_name ORDER BY (r.table_name LIKE 'dbo.fact%') DESC, r.table_name COLLATE "C"
    LOOP
        SELECT * INTO v_part FROM dbo.usp_drop_unsupported_rows(p_tenant_id, v_table,
            ARRAY(SELECT r.row_id FROM unnest(v_rows) r WHERE r.table_name = v_table), v_forgetting_id);
        v_retired := v_retired + v_part.retired;
        IF v_table = 'dbo.bridge_entity_relation' THEN
            v_relations := v_part.gone;
        ELSE
            v_others := v_others + v_part.gone;
        END IF;
    END LOOP;
    PERFORM dbo.usp_count_proposals(p_tenant_id, v_proposals);
    SELECT * INTO v_part FROM dbo.usp_forget_entities(p_tenant_id, v_entities
        || ARRAY(SELECT r.row_id FROM unnest(v_rows) r WHERE r.table_name = 'dbo.dim_entity'), v_names, v_forgetting_id);
    v_entities_gone := v_part.gone;
    v_pair_answers := v_part.answers;
    v_artifacts := v_part.artifacts;
    v_retired := v_retired + v_part.retired;

    SELECT * INTO v_queue FROM llm.usp_forget_page_jobs(p_tenant_id, p_source_page_id);
    v_chunks := ingest.usp_forget_page_text(p_tenant_id, p_source_page_id);
    v_names_gone := dbo.usp_forget_names(p_tenant_id, v_keys);
    SELECT coalesce(sum(llm.usp_enqueue_types_for_page(p.source_page_id, NULL, a.job_type, p.correlation_id)), 0) INTO v_asked
      FROM sem.source_page p
     CROSS JOIN (SELECT NULL AS job_type UNION ALL SELECT t.job_type FROM llm.job_type t WHERE t.is_active AND t.unit = 'page') a
     WHERE p.source_id = v_page.source_id AND p.tenant_id = p_tenant_id AND p.version > v_page.version;

    UPDATE dbo.source_forgetting f
       SET counts = jsonb_build_object('chunks', v_chunks, 'mentions', v_mentions, 'evidence', v_evidence, 'entities', v_entities_gone,
               'relations', v_relations, 'rows', v_others, 'retired', v_retired, 'names', v_names_gone, 'jobs', v_queue.jobs,
               'answers', v_queue.answers + v_pair_answers, 'asked_anew', v_asked)
     WHERE f.forgetting_id = v_forgetting_id AND f.tenant_id = p_tenant_id;
    RETURN (SELECT f.counts || jsonb_build_object('forgetting_id', f.forgetting_id, 'source_page_id', f.source_page_id, 'locator', f.locator,
                   'version', f.version, 'artifacts', to_jsonb(v_queue.artifacts || v_artifacts))
              FROM dbo.source_forgetting f WHERE f.forgetting_id = v_forgetting_id AND f.tenant_id = p_tenant_id);
END $$;
