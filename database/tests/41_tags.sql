-- Tags of pages, chunks and entities; how tags, types and relation names stand to one another.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT plan(49);
CREATE TEMP TABLE at AS SELECT c[1] AS one, c[2] AS two FROM tap.chunks(1, 'log', 'Mirelle Voss sails the Heron, a ship of war.', 'The Heron rests.') c;
CREATE FUNCTION pg_temp.assign(p_chunk bigint, VARIADIC p_items jsonb[]) RETURNS text LANGUAGE sql AS $$
    SELECT (SELECT count(*) FILTER (WHERE is_new) || ' of ' || count(*) FROM unnest(r.assignments)) || ', ' || r.evidence_new
      FROM vector.chunk c, dbo.usp_assign_tags(1, NULL, c.source_page_id, p_chunk, (SELECT jsonb_agg(tap.grounded(p_chunk, split_part(c.content, ' ', 1), i)) FROM unnest(p_items) i)) r WHERE c.chunk_id = p_chunk
$$;
SELECT tap.route_entities(one, tap.entity(one, 'Heron', 'ship')) FROM at;
SELECT is(pg_temp.assign(one, '{"tag": "War"}', '{"tag": "Ships", "on": "page"}', '{"tag": "war", "entity": "heron", "start_date": "1990-01-01", "start_text": "in 1990"}', '{"tag": "Sailors", "entity": "Mirelle Voss", "entity_type": "person", "confidence": 0.75}'), '4 of 4, 8', 'tags are assigned') FROM at;
SELECT results_eq($$SELECT t.tag_name, a.source_page_id IS NOT NULL, a.chunk_id IS NOT NULL, e.entity_name, a.start_text, a.promotion_state::text, a.support FROM dbo.bridge_tag_assignment a JOIN dbo.dim_tag t USING (tag_id) LEFT JOIN dbo.dim_entity e USING (entity_id) ORDER BY t.tag_name COLLATE "C", e.entity_name$$,
    $$VALUES ('Sailors', false, false, 'Mirelle Voss', NULL, 'candidate', 1), ('Ships', true, false, NULL, NULL, 'promoted', 1), ('War', false, false, 'Heron', 'in 1990', 'promoted', 1), ('War', true, true, NULL, NULL, 'promoted', 1)$$, 'to page, chunk and entities, with bounds and state');
SELECT is((SELECT count(DISTINCT target_id) FROM dbo.evidence WHERE target_table = 'dbo.bridge_tag_assignment'), 4::bigint, 'each with evidence');
SELECT is(pg_temp.assign(one, '{"tag": "WAR"}', '{"tag": "war", "entity": "Heron", "start_date": "1990-01-01", "start_text": "in 1990"}'), '0 of 2, 0', 'the same again changes nothing') FROM at;
SELECT is((SELECT count(*) FROM dbo.dim_tag WHERE tenant_id = 1 AND name_key = 'war'), 1::bigint, 'tags of one folded name are one');
SELECT is(dbo.fn_show_entity(1, 'heron') #> '{matches,0,tags}', '["War"]'::jsonb, 'an entity shows its tags');
SELECT throws_ok('SELECT pg_temp.assign(one, ''{"tag": " "}'') FROM at', 'AL003', 'tags[0].tag: must be a non-empty string', 'a tag without a name');
SELECT throws_ok('SELECT pg_temp.assign(one, ''{"tag": "a", "on": "book"}'') FROM at', 'AL003', 'tags[0].on: must be chunk or page', 'a tag on what is none');

-- On a person's word.
SELECT is(dbo.usp_tag_rows(1, 'Favourites', NULL, (SELECT array_agg(source_page_id) FROM sem.source_page WHERE tenant_id = 1), (SELECT ARRAY[two] FROM at),
    (SELECT array_agg(entity_id) FROM dbo.dim_entity WHERE entity_name = 'Heron'), 'ada'), 3, 'a person tags pages, chunks and entities');
SELECT is(dbo.usp_tag_rows(1, 'favourites', NULL, NULL, (SELECT ARRAY[two] FROM at), NULL, 'ada'), 0, 'once');
SELECT is((SELECT count(*) FROM dbo.bridge_tag_assignment WHERE promotion_state = 'adjudicated' AND attributes ->> 'by' = 'ada'), 3::bigint, 'which is a decision');
SELECT throws_ok('SELECT dbo.usp_tag_rows(1, ''x'', NULL, NULL, NULL, ARRAY[999999999], NULL)', 'AL004', 'tenant 1 has no entity 999999999', 'an unknown entity');
SELECT throws_ok('SELECT dbo.usp_tag_rows(1, '''', NULL, NULL, NULL, NULL, NULL)', 'AL005', NULL, 'no name');

-- Synonyms, broader and narrower.
SELECT lives_ok('SELECT dbo.usp_relate_tags(1, ''War'', ''broader'', ''Conflict'', ''ada'')', 'one is broader than another');
SELECT is(dbo.usp_relate_tags(1, 'conflict', 'narrower', 'war', 'bo'), (SELECT max(tag_relation_id) FROM dbo.bridge_tag_relation), 'said from the other end it is the same');
SELECT results_eq($$SELECT from_tag, relation_type, to_tag FROM dbo.vw_tag_relation ORDER BY from_tag COLLATE "C"$$, $$VALUES ('Conflict', 'narrower', 'War'), ('War', 'broader', 'Conflict')$$, 'and seen from both');
SELECT isnt(dbo.usp_relate_tags(1, 'Naval war', 'broader', 'War', NULL), NULL, 'a third below');
SELECT is(dbo.usp_relate_tags(1, 'Strife', 'synonym', 'Conflict', NULL), dbo.usp_relate_tags(1, 'Conflict', 'synonym', 'Strife', NULL), 'a synonym has no direction');
SELECT is((SELECT count(*) FROM dbo.vw_tag_relation WHERE relation_type = 'synonym'), 2::bigint, 'and is seen from both ends');
SELECT results_eq('SELECT tag_name, relation FROM dbo.fn_related_tags(1, ''strife'')', $$VALUES ('Strife', 'itself'), ('Naval war', 'narrower'), ('War', 'narrower'), ('Conflict', 'synonym')$$, 'a search finds synonyms and what is narrower');
SELECT throws_ok(format('SELECT dbo.usp_relate_tags(1, %L, %L, %L, NULL)', f, r, t), 'AL018', format('“%s” %s “%s” would make a circle', f, r, t), format('%s %s %s is refused', f, r, t))
  FROM (VALUES ('War', 'broader', 'War'), ('war', 'synonym', 'War'), ('Conflict', 'broader', 'War'), ('War', 'narrower', 'Conflict'), ('Conflict', 'broader', 'Naval war'), ('Strife', 'broader', 'Naval war'),
               ('Strife', 'broader', 'Conflict'), ('Strife', 'synonym', 'Naval war'), ('Naval war', 'synonym', 'Conflict')) c(f, r, t);
SELECT throws_ok('SELECT dbo.usp_relate_tags(1, ''a'', ''near'', ''b'', NULL)', 'AL005', NULL, 'no such relation');
SELECT is((SELECT count(*) FROM dbo.bridge_tag_relation), 3::bigint, 'nothing of what was refused is left');
SELECT is(dbo.usp_unrelate_tags(1, 'Conflict', 'narrower', 'War'), true, 'a relation is taken back, from either end');
SELECT lives_ok('SELECT dbo.usp_relate_tags(1, ''Conflict'', ''broader'', ''War'', NULL)', 'then the other may hold');
SELECT throws_ok('INSERT INTO dbo.bridge_tag_relation (tenant_id, from_tag_id, to_tag_id, relation_type) SELECT 1, max(tag_id), min(tag_id), ''synonym'' FROM dbo.dim_tag', '23514', NULL, 'the table itself keeps each once');

-- Terms.
SELECT tap.route_relations(two, tap.relation(two, 'Heron', 'owned by', 'Guild'), tap.relation(two, 'Orin', 'owner of', 'Gull'), tap.relation(two, 'Orin', 'possesses', 'Tern')) FROM at;
SELECT is(dbo.usp_relate_terms(1, 'relation_type', 'Owned by', 'reversed', 'owner of', 'ada'), true, 'a relation name is the reverse of another');
SELECT is(dbo.usp_relate_terms(1, 'relation_type', 'owned_by', 'reversed', 'owner_of', 'ada'), false, 'said twice it is once');
SELECT is(dbo.usp_relate_terms(1, 'relation_type', 'possesses', 'synonym', 'owner_of', 'ada'), true, 'and another the same');
SELECT results_eq($$SELECT f.entity_name, v.relation_type, t.entity_name, v.said_type, v.is_reversed FROM dbo.vw_entity_relation v JOIN dbo.dim_entity f ON f.entity_id = v.from_entity_id JOIN dbo.dim_entity t ON t.entity_id = v.to_entity_id WHERE v.tenant_id = 1 ORDER BY t.entity_name COLLATE "C"$$,
    $$VALUES ('Orin', 'owner_of', 'Gull', 'owner_of', false), ('Guild', 'owner_of', 'Heron', 'owned_by', true), ('Orin', 'owner_of', 'Tern', 'possesses', false)$$, 'queries see them together, in one direction');
SELECT is((SELECT jsonb_agg(jsonb_build_array(r.value -> 'direction', r.value -> 'relation_type', r.value #> '{other,name}', r.value -> 'said_type')) FROM jsonb_array_elements(dbo.fn_show_entity(1, 'Heron') #> '{matches,0,relations}') r),
    '[["in", "owner_of", "Guild", "owned_by"]]'::jsonb, 'what is shown of an entity is the right way round');
SELECT is((SELECT jsonb_agg(jsonb_build_array(r.value -> 'direction', r.value -> 'relation_type', r.value #> '{other,name}', r.value -> 'said_type')) FROM jsonb_array_elements(dbo.fn_show_entity(1, 'Guild') #> '{matches,0,relations}') r),
    '[["out", "owner_of", "Heron", "owned_by"]]'::jsonb, 'from either end');
SELECT results_eq($$SELECT term, relation, canonical, rows FROM dbo.vw_term$$, $$VALUES ('owned_by', 'reversed', 'owner_of', 1::bigint), ('possesses', 'synonym', 'owner_of', 1)$$, 'the terms can be listed');
SELECT results_eq($$SELECT tag_name, pages, chunks, entities, relations FROM dbo.vw_tag WHERE tag_name IN ('War', 'Strife') ORDER BY 1$$, $$VALUES ('Strife', 0::bigint, 0::bigint, 0::bigint, '["synonym Conflict"]'::jsonb), ('War', 0, 1, 1, '["narrower Conflict", "narrower Naval war"]')$$, 'and so can tags');
SELECT is(dbo.usp_relate_terms(1, 'relation_type', 'owner_of', 'reversed', 'belongs_to', NULL), true, 'a term that others lead to may lead on');
SELECT results_eq($$SELECT term, canonical, is_reversed FROM dbo.term_relation ORDER BY 1$$, $$VALUES ('owned_by', 'belongs_to', false), ('owner_of', 'belongs_to', true), ('possesses', 'belongs_to', true)$$, 'and they with it, reversed twice not at all');
SELECT throws_ok('SELECT dbo.usp_relate_terms(1, ''relation_type'', ''belongs_to'', ''synonym'', ''owned_by'', NULL)', 'AL019', 'belongs_to would stand for itself', 'but not in a circle');
SELECT throws_ok('SELECT dbo.usp_relate_terms(1, ''entity_type'', ''a'', ''reversed'', ''b'', NULL)', 'AL005', NULL, 'types have no reverse');
SELECT is(dbo.usp_relate_terms(1, 'entity_type', 'vessel', 'synonym', 'ship', NULL) AND dbo.usp_relate_terms(1, 'entity_type', 'Ship', 'synonym', 'Craft', NULL), true, 'types that mean the same');
SELECT is((SELECT entity_type || ' ' || said_type FROM dbo.vw_entity WHERE entity_name = 'Heron'), 'craft ship', 'are seen as one');
SELECT is(dbo.usp_relate_terms(1, 'entity_type', 'ship', 'none', NULL, NULL), true, 'which is taken back');
SELECT * FROM finish();
ROLLBACK;
