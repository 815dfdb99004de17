-- Answers that are routed together give what each alone would, in whatever order and company.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT plan(8);
SELECT tap.job_type('passage_extraction');
CREATE FUNCTION pg_temp.output(p_step integer, c bigint) RETURNS jsonb LANGUAGE sql AS $$
    SELECT CASE p_step
        WHEN 1 THEN jsonb_build_object('entities', jsonb_build_array(tap.entity(c, 'Heron', 'ship', '{"attributes": {"masts": 2}, "aliases": ["the bird"]}'),
                        tap.entity(c, 'MIRELLE VOSS', 'person', '{"confidence": 0.8}')),
                    'relations', jsonb_build_array(tap.relation(c, 'Mirelle Voss', 'sails', 'the bird', '{"confidence": 0.75, "start_text": "b"}'),
                        tap.relation(c, 'Heron', 'based_in', 'Tarn'), tap.relation(c, 'Mirelle Voss', 'owns', 'Heron', '{"start_work": "The Log", "start_text": "since The Log"}')))
        WHEN 2 THEN jsonb_build_object('entities', jsonb_build_array(tap.entity(c, 'Heron', 'unknown'), tap.entity(c, 'Mirelle Voss', 'other', '{"attributes": {"masts": 1}}')),
                    'relations', jsonb_build_array(tap.relation(c, 'Mirelle Voss', 'sails', 'Heron', '{"start_text": "a"}')))
        WHEN 3 THEN jsonb_build_object('entities', jsonb_build_array(tap.entity(c, 'Heron', 'bird', '{"attributes": {"masts": [3, 2]}}'), tap.entity(c, 'Tarn', 'place'),
                        tap.entity(c, 'the bird', 'bird')),
                    'relations', jsonb_build_array(tap.relation(c, 'Heron', 'based_in', 'Tarn')))
        WHEN 4 THEN jsonb_build_object('entities', '[]'::jsonb, 'relations', jsonb_build_array(tap.relation(c, 'Mirelle Voss', 'sails', 'Heron', '{"confidence": 0.99}'),
                        tap.relation(c, 'Heron', 'based_in', 'Tarn'), tap.relation(c, 'Mirelle Voss', 'owns', 'Heron', '{"start_work": "The Log"}')))
        WHEN 5 THEN jsonb_build_object('entities', jsonb_build_array(tap.entity(c, 'Orin Dask', 'person'), tap.entity(c, 'Mirelle Voss', 'person', '{"confidence": 0.9}')),
                    'relations', jsonb_build_array(tap.relation(c, 'Orin Dask', 'knows', 'Mirelle Voss')))
        ELSE jsonb_build_object('entities', jsonb_build_array(tap.entity(c, 'orin dask', 'person', '{"attributes": {"age": 40}}')), 'relations', '[]'::jsonb) END $$;
CREATE FUNCTION pg_temp.together(p_steps integer[], p_chunks bigint[]) RETURNS jsonb[] LANGUAGE sql AS $$
    SELECT dbo.usp_process_passage_extraction_outputs(array_agg(tap.job('passage_extraction', c.source_page_id, c.chunk_id) ORDER BY s.place),
               array_agg(NULL::uuid), array_agg(pg_temp.output(s.step, c.chunk_id) ORDER BY s.place))
      FROM unnest(p_steps) WITH ORDINALITY s(step, place) JOIN vector.chunk c ON c.chunk_id = p_chunks[s.step] $$;
CREATE TEMP TABLE result (steps text, picture jsonb, counts jsonb[], chunks bigint[]);
DO $$
DECLARE v_way text; v_lot text; v_tenant integer; v_chunks bigint[]; v_counts jsonb[];
BEGIN
    FOREACH v_way IN ARRAY ARRAY['1;2;3;4;5;6', '6;5;4;3;2;1', '1,2,3,4,5,6', '6,5,4,3,2,1', '3,1;6,2;5,4', '2;4;1,3,5,6', '4,2;1,2,3;5,6,1', '3,4,2,1;5;6;6,5,4,3,2,1', '2,4,6;1,3,5'] LOOP
        v_tenant := llm.usp_ensure_tenant('together ' || v_way);
        v_chunks := tap.chunks(v_tenant, 'one', 'Captain MIRELLE VOSS sails the Heron, the bird, to Tarn.', 'Mirelle Voss sails the Heron.')
            || tap.chunks(v_tenant, 'two', 'A Heron, the bird, at Tarn.', 'Mirelle Voss and the Heron of Tarn.') || tap.chunks(v_tenant, 'three', 'Orin Dask knows Mirelle Voss.')
            || tap.chunks(v_tenant, 'four', 'orin dask.');
        FOREACH v_lot IN ARRAY string_to_array(v_way, ';') LOOP
            v_counts := pg_temp.together(string_to_array(v_lot, ',')::integer[], v_chunks);
        END LOOP;
        INSERT INTO result VALUES (v_way, tap.picture(v_tenant) || jsonb_build_object('works', (SELECT jsonb_agg(jsonb_build_array(work_name, support, promotion_state))
            FROM dbo.dim_work WHERE tenant_id = v_tenant)), v_counts, v_chunks);
    END LOOP;
END $$;
SELECT is((SELECT string_agg(DISTINCT r.steps || ' ' || p.key, ' ') FROM result r, jsonb_each(r.picture) p
            WHERE p.value IS DISTINCT FROM (SELECT picture -> p.key FROM result WHERE steps = '1;2;3;4;5;6')), NULL, 'the same knowledge in whatever company');
SELECT is((SELECT count(*) FROM result WHERE picture ->> 'stray_evidence' <> '0'), 0::bigint, 'and no evidence hangs in the air');
SELECT is((SELECT sum(v.value::integer) FROM result r, unnest(r.counts) c, jsonb_each_text(c) v WHERE r.steps = '1,2,3,4,5,6' AND v.key = 'entities_new'),
    (SELECT count(*) FROM dbo.dim_entity WHERE tenant_id = llm.usp_ensure_tenant('together 1,2,3,4,5,6')), 'a row is new once, with the first that names it');
SELECT is((SELECT jsonb_agg(v.key || v.value) FROM result r, unnest(r.counts) c, jsonb_each_text(c) v WHERE r.steps LIKE '%;6,5,4,3,2,1' AND v.key LIKE '%new' AND v.value <> '0'), NULL,
    'the same again, together, is known');
SELECT chunks[1] AS one, chunks[5] AS five FROM result WHERE steps = '1;2;3;4;5;6' \gset
SELECT chunks[1] AS stranger FROM result WHERE steps = '1,2,3,4,5,6' \gset
CREATE FUNCTION pg_temp.route(p_chunks bigint[], p_outputs jsonb[]) RETURNS jsonb[] LANGUAGE sql AS $$
    SELECT dbo.usp_process_passage_extraction_outputs(array_agg(tap.job('passage_extraction', c.source_page_id, c.chunk_id) ORDER BY s.place), array_agg(NULL::uuid), p_outputs)
      FROM unnest(p_chunks) WITH ORDINALITY s(chunk, place) JOIN vector.chunk c ON c.chunk_id = s.chunk $$;
SELECT throws_ok(format('SELECT pg_temp.route(ARRAY[%s, %s], ARRAY[pg_temp.output(5, %2$s), pg_temp.output(6, %2$s)])', :one, :stranger), 'AL005', 'answers of several tenants are not routed together');
SELECT throws_like(format('SELECT pg_temp.route(ARRAY[%s, %1$s], ARRAY[pg_temp.output(1, %1$s), pg_temp.output(1, %1$s)])', :one), 'two answers about the passage%', 'nor are two of one passage');
CREATE TEMP TABLE before AS SELECT tap.picture(c.tenant_id) AS picture FROM vector.chunk c WHERE c.chunk_id = :one;
SELECT throws_ok(format('SELECT pg_temp.route(ARRAY[%s, %s], ARRAY[jsonb_build_object(''entities'', jsonb_build_array(tap.entity(%1$s, ''Nobody Yet'', ''person'')), ''relations'', ''[]''::jsonb),
    ''{"entities": [{"name": "", "type": "person"}], "relations": []}''])', :one, :five), 'AL003', 'entities[0].name: must be a non-empty string');
SELECT is((SELECT tap.picture(c.tenant_id) FROM vector.chunk c WHERE c.chunk_id = :one), (SELECT picture FROM before), 'one at fault, and nothing of the others is written');
SELECT * FROM finish();
ROLLBACK;
