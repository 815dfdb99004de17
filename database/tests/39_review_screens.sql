-- What the review pages read beside the queue: entity pages, neighbourhoods, merges, pairs, proposals, runs, the dashboard.
BEGIN;
SELECT plan(26);
SELECT c[1] AS one FROM tap.chunks(1, 'screens', 'Artoo is a droid. Leia owns Artoo. Han flies the Falcon. Leia meets Han. Artu hides.') c \gset
SELECT tap.route_entities(:one, tap.entity(:one, 'Artoo', 'droid', '{"aliases": ["R2"], "attributes": {"colour": "blue"}}'), tap.entity(:one, 'Leia', 'person'),
           tap.entity(:one, 'Han', 'person'), tap.entity(:one, 'Falcon', 'ship'), tap.entity(:one, 'Artu', 'droid')),
       tap.route_relations(:one, tap.relation(:one, 'Leia', 'owns', 'Artoo', '{"start_date": "1977-01-01", "start_text": "1977"}'),
           tap.relation(:one, 'Leia', 'meets', 'Han'), tap.relation(:one, 'Han', 'flies', 'Falcon', '{"confidence": 0.8}'),
           tap.relation(:one, 'Leia', 'fears', 'Falcon', '{"confidence": 0.1}')) \g /dev/null
CREATE FUNCTION pg_temp.id(p_name text) RETURNS bigint LANGUAGE sql AS $$ SELECT entity_id FROM dbo.dim_entity WHERE tenant_id = 1 AND entity_name = p_name $$;
SELECT pg_temp.id('Artoo') AS artoo, pg_temp.id('Artu') AS artu, pg_temp.id('Leia') AS leia \gset

-- An entity's page.
SELECT is(dbo.fn_entity_page(1, :artoo) - ARRAY['evidence', 'relations', 'history', 'recorded_at', 'updated_at', 'entity_id', 'support', 'confidence'],
    '{"name": "Artoo", "type": "droid", "promotion_state": "promoted", "attributes": {"colour": "blue"}, "merged_into": null, "mentions": 1,
      "aliases": [{"name": "R2", "mentions": 1}], "facts": [], "appearances": []}'::jsonb, 'an entity page tells name, type, aliases and attributes');
SELECT is(jsonb_path_query_array(dbo.fn_entity_page(1, :artoo), '$.relations[*].start_text'), '["1977"]', 'its relations with their bounds');
SELECT is(dbo.fn_entity_page(1, :artoo) #>> '{evidence,0,quote}', 'Artoo', 'its evidence');
SELECT is(jsonb_path_query_array(dbo.fn_entity_page(1, :artoo), '$.history[*].what'), '["first said"]', 'and its history');
SELECT is(dbo.fn_entity_page(2, :artoo), NULL, 'another tenant has none of it');
SELECT is(dbo.fn_entity_page(1, 0), NULL, 'nor is there one of any id');
INSERT INTO dbo.fact_assertion (tenant_id, subject_table, subject_id, predicate, value) VALUES (1, 'dbo.dim_entity', :artoo, 'height', 'small'), (1, 'dbo.dim_work', :artoo, 'no', 'no');
INSERT INTO dbo.fact_measurement (tenant_id, subject_table, subject_id, predicate, value, unit) VALUES (1, 'dbo.dim_entity', :artoo, 'mass', 32, 'kg');
INSERT INTO dbo.fact_state (tenant_id, subject_table, subject_id, predicate, value) VALUES (1, 'dbo.dim_entity', :artoo, 'owner', 'Leia');
SELECT is((SELECT array_agg(f ->> 'kind' || ' ' || (f ->> 'predicate') || ' ' || (f ->> 'value')) FROM jsonb_array_elements(dbo.fn_entity_page_facts(1, :artoo)) f),
    ARRAY['assertion height small', 'measurement mass 32 kg', 'state owner Leia'], 'facts of all kinds are its own');
INSERT INTO dbo.dim_work (tenant_id, name_id, work_name, name_key) SELECT 1, name_id, 'Falcon', name_key FROM dbo.name WHERE tenant_id = 1 AND name_key = 'falcon';
INSERT INTO dbo.bridge_entity_work (tenant_id, entity_id, work_id, appearance_type) SELECT 1, :artoo, work_id, 'hero' FROM dbo.dim_work WHERE work_name = 'Falcon';
SELECT is((SELECT array_agg(a ->> 'family' || ' ' || (a ->> 'name') || ' ' || (a ->> 'role')) FROM jsonb_array_elements(dbo.fn_entity_page_appearances(1, :artoo)) a),
    ARRAY['work Falcon hero'], 'and what it appears in');

-- What lies around it.
CREATE FUNCTION pg_temp.around(p_id bigint, p_limit int) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(n ->> 'name' || (n ->> 'distance'), ' ' ORDER BY (n ->> 'distance')::int, n ->> 'name') FROM jsonb_array_elements(dbo.fn_neighbourhood(1, p_id, p_limit) -> 'nodes') n $$;
SELECT is(pg_temp.around(:artoo, 40), 'Artoo0 Leia1 Han2', 'two steps of relations, none suppressed');
SELECT is(jsonb_array_length(dbo.fn_neighbourhood(1, :artoo, 40) -> 'edges'), 2, 'with the relations among them');
SELECT is(pg_temp.around(:artoo, 2), 'Artoo0 Leia1', 'no more than the limit');
SELECT is(pg_temp.around(pg_temp.id('Artu'), 40), 'Artu0', 'nothing around who has no relation');
SELECT is(dbo.fn_neighbourhood(2, :artoo, 40), '{"nodes": [], "edges": []}', 'nothing for another tenant');
SELECT throws_ok(format('SELECT dbo.fn_neighbourhood(1, 1, %s)', n), 'AL005', NULL, format('a limit of %s is refused', n)) FROM unnest(ARRAY[0, 201]) n;

-- Pairs and merges.
SELECT dbo.usp_note_similar_entities(1, jsonb_build_array(jsonb_build_object('first_entity_id', least(:artoo, :artu), 'second_entity_id', greatest(:artoo, :artu),
    'similarity', 0.96, 'explanation', '[{"evidence": "slip"}]'::jsonb))) \g /dev/null
SELECT is((SELECT array_agg(least(p #>> '{first,name}', p #>> '{second,name}') || ' ' || (p ->> 'reason') || ' ' || (p #>> '{explanation,0,evidence}')) FROM jsonb_array_elements(dbo.fn_duplicate_pairs(1, 10)) p),
    ARRAY['Artoo similar slip'], 'open pairs are listed with their explanation');
SELECT throws_ok('SELECT dbo.fn_duplicate_pairs(1, 0)', 'AL005', NULL, 'a limit of 0 is refused');
SELECT dbo.usp_merge_entities(1, :artoo, ARRAY[:artu], 'one droid', 'anna') AS merge \gset
SELECT is((SELECT array_agg((m #>> '{master,name}') || '<' || (m #>> '{duplicates,0,name}') || ' ' || (m ->> 'actor')) FROM jsonb_array_elements(dbo.fn_merges(1, NULL, 10)) m),
    ARRAY['Artoo<Artu anna'], 'merges are listed');
SELECT is(dbo.fn_merges(1, :merge, 10), '[]', 'and read in parts');
SELECT is(dbo.fn_entity_page(1, :artu) #>> '{merged_into,name}', 'Artoo', 'a merged one names its master');
SELECT is((SELECT array_agg(h ->> 'what' || coalesce(' ' || (h ->> 'who'), '') ORDER BY h ->> 'what') FROM jsonb_array_elements(dbo.fn_entity_page_history(1, :artoo)) h WHERE h ->> 'what' <> 'first said'),
    ARRAY['merged anna'], 'the history has the merge');
SELECT is(jsonb_typeof(dbo.fn_proposals(1, 10) -> 'available'), 'boolean', 'proposals are told, or that there can be none');

-- Runs and the dashboard.
SELECT job_id AS job FROM llm.usp_enqueue_job(1, 'entity_extraction', NULL, (SELECT source_page_id FROM vector.chunk WHERE chunk_id = :one), :one, NULL, NULL, NULL, NULL) \gset
SELECT llm.usp_start_run('00000000-0000-4000-8000-000000000001', :job, 'small', 'w', '/lake/x') \g /dev/null
SELECT llm.usp_finish_run('00000000-0000-4000-8000-000000000001', '{"outcome": "succeeded", "prompt_tokens": 10, "completion_tokens": 5, "duration_ms": 7, "cost": 0.25,
    "refusals": [{"items": "entities", "reason": "not there", "item": {}}]}') \g /dev/null
SELECT is(llm.fn_run_card(1, '00000000-0000-4000-8000-000000000001') #>> '{refusals,0,reason}', 'not there', 'a run is told with its refusals');
SELECT is(llm.fn_run_card(2, '00000000-0000-4000-8000-000000000001'), NULL, 'not to another tenant');
SELECT is((SELECT (b -> 'days' -> 2) - 'day' || jsonb_build_object('states', b #> '{knowledge,relations}') FROM llm.fn_dashboard(1, 3) b),
    '{"runs": 1, "failed": 0, "prompt_tokens": 10, "completion_tokens": 5, "cost": 0.25, "states": {"promoted": 2, "candidate": 1, "suppressed": 1}}'::jsonb, 'the dashboard counts today''s runs and what is known');
SELECT throws_ok('SELECT llm.fn_dashboard(1, 91)', 'AL005', NULL, 'ninety days at the most');
SELECT * FROM finish();
ROLLBACK;
