-- Items that fit no family wait for a table; a person approves it, and they move in.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT plan(60);
CREATE FUNCTION pg_temp.unknown(p_chunk bigint, VARIADIC p_items jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
    SELECT dbo.usp_route_unknown_items(1, NULL, c.source_page_id, p_chunk, (SELECT jsonb_agg(tap.grounded(p_chunk, split_part(c.content, ' ', 1), i)) FROM unnest(p_items) i))
      FROM vector.chunk c WHERE c.chunk_id = p_chunk
$$;
CREATE FUNCTION pg_temp.proposal(p_family text) RETURNS bigint LANGUAGE sql AS $$ SELECT proposal_id FROM dbo.schema_proposal WHERE tenant_id = 1 AND family = p_family $$;
CREATE TEMP TABLE at (one bigint, two bigint, three bigint);
INSERT INTO at SELECT c[1], c[2], d[1] FROM tap.chunks(1, 'spells', 'Lumen is a spell of light.', 'Lumen costs 3.') c, tap.chunks(1, 'grimoire', 'Lumen and Umbra are spells.') d;

-- Waiting.
SELECT is(pg_temp.unknown(one, '{"family": "Magic spell", "name": "Lumen", "fields": {"type": "light", "cost": 3, "aliases": ["Light"]}, "start_date": "1990-01-01", "start_text": "since 1990"}',
    '{"family": "magic-spell", "fields": {"title": "Umbra", "cost": "high"}, "confidence": 0.75}', '{"family": "potion", "name": "Draught"}'),
    '{"proposals_new": 2, "items_new": 3, "items_known": 0, "routed": 0, "rejected": 0, "evidence_new": 3}'::jsonb, 'items of unknown families raise a proposal each') FROM at;
SELECT row_eq($$SELECT kind, table_name, items, support, fields, status FROM dbo.schema_proposal WHERE family = 'magic_spell'$$,
    ROW('dimension'::text, 'dim_magic_spell'::text, 2::bigint, 1, '{"type": "string", "cost": ["number", "string"], "title": "string", "aliases": "array"}'::jsonb, 'open'::text), 'with its items, sources and fields');
SELECT results_eq($$SELECT value, predicate, attributes, start_date, start_text, promotion_state::text, support FROM dbo.fact_assertion WHERE subject_table = 'dbo.schema_proposal' AND subject_id = pg_temp.proposal('magic_spell') ORDER BY 1$$,
    $$VALUES ('Lumen', 'magic_spell', '{"type": "light", "cost": 3, "aliases": "Light"}'::jsonb, '1990-01-01'::date, 'since 1990', 'staged', 1), ('Umbra', 'magic_spell', '{"title": "Umbra", "cost": "high"}', NULL, NULL, 'staged', 1)$$, 'they wait as assertions');
SELECT is((SELECT count(*) FROM dbo.vw_review_item WHERE target_table = 'dbo.fact_assertion'), 0::bigint, 'which are nobody''s to review one by one');
CREATE TEMP TABLE waiting AS SELECT to_jsonb(a) AS w FROM dbo.fact_assertion a WHERE tenant_id = 1 UNION ALL SELECT to_jsonb(v) FROM dbo.evidence v WHERE tenant_id = 1 UNION ALL SELECT to_jsonb(p) FROM dbo.schema_proposal p WHERE tenant_id = 1;
SELECT is(pg_temp.unknown(one, '{"family": "Magic spell", "name": "Lumen", "fields": {"type": "light", "cost": 3, "aliases": ["Light"]}, "start_date": "1990-01-01", "start_text": "since 1990"}',
    '{"family": "magic-spell", "fields": {"title": "Umbra", "cost": "high"}, "confidence": 0.75}', '{"family": "potion", "name": "Draught"}') ->> 'items_known', '3', 'the same again is known') FROM at;
SELECT set_eq($$SELECT to_jsonb(a) FROM dbo.fact_assertion a WHERE tenant_id = 1 UNION ALL SELECT to_jsonb(v) FROM dbo.evidence v WHERE tenant_id = 1 UNION ALL SELECT to_jsonb(p) FROM dbo.schema_proposal p WHERE tenant_id = 1$$, 'SELECT w FROM waiting', 'and changes nothing');
SELECT pg_temp.unknown(two, '{"family": "magic spell", "name": "LUMEN", "fields": {"cost": 4}, "start_date": "1990-01-01"}') FROM at;
SELECT pg_temp.unknown(three, '{"family": "magic spell", "name": "Umbra", "fields": {"school": "dark"}}', '{"family": "spell_work", "fields": {"subject": "Lumen", "subject_family": "magic_spell", "predicate": "told in", "object": "The Grimoire", "object_family": "work", "page": 3}}') FROM at;
SELECT row_eq($$SELECT items, support FROM dbo.schema_proposal WHERE family = 'magic_spell'$$, ROW(2::bigint, 2), 'more pages make it better supported');
SELECT row_eq($$SELECT kind, from_family, to_family, table_name FROM dbo.schema_proposal WHERE family = 'spell_work'$$, ROW('bridge'::text, 'magic_spell'::text, 'work'::text, 'bridge_spell_work'::text), 'two ends make a bridge');
SELECT dbo.usp_count_proposals(1, ARRAY[pg_temp.proposal('magic_spell')]);
SELECT row_eq($$SELECT items, support, fields FROM dbo.schema_proposal WHERE family = 'magic_spell'$$, ROW(2::bigint, 2, '{"type": "string", "cost": ["number", "string"], "title": "string", "school": "string", "aliases": "array"}'::jsonb), 'counted anew it is the same');
SELECT throws_ok('SELECT pg_temp.unknown(one, ''{"family": ""}'') FROM at', 'AL003', 'unknown[0].family: must be a non-empty string', 'a family without a name');
SELECT throws_ok('SELECT pg_temp.unknown(one, ''{"family": "a", "fields": [1]}'') FROM at', 'AL003', 'unknown[0].fields: must be an object', 'fields that are none');

-- Names.
SELECT throws_ok(format('SELECT dbo.fn_check_table_name(''dimension'', %L)', t), 'AL016', NULL, 'no table is called ' || t)
  FROM unnest(ARRAY['dim_select', 'dim_1st', 'dim_a b', 'dim_"x"', 'dim_entity', 'magic', 'dim_', 'dim_name', 'DIM_X', 'dim_' || repeat('a', 60), 'dim_x; DROP TABLE dbo.dim_entity']) t;
SELECT lives_ok('SELECT dbo.fn_check_table_name(''dimension'', ''dim_spell_2'')', 'but one may be called dim_spell_2');
SELECT is(dbo.fn_identifier('  Épée & Bouclier, №7 '), 'epee_bouclier_no7', 'identifiers are made of words');
SELECT is(dbo.fn_identifier('魔法'), NULL, 'or of none');
SELECT is((SELECT dbo.fn_show_schema_proposal(1, pg_temp.proposal('spell_work')) ->> 'cannot_be_made' LIKE '%magic_spell first%'), true, 'a bridge needs its ends first');
SELECT throws_ok('SELECT dbo.usp_apply_schema_proposal(1, pg_temp.proposal(''spell_work''), NULL, NULL, NULL)', 'AL016', NULL, 'and cannot be made before');
SELECT throws_ok('SELECT dbo.usp_apply_schema_proposal(1, pg_temp.proposal(''magic_spell''), NULL, NULL, ''{"table": "dim_order"}'')', 'AL016', NULL, 'an override is checked too');
SELECT throws_ok('SELECT dbo.usp_apply_schema_proposal(1, pg_temp.proposal(''magic_spell''), NULL, NULL, ''{"tabel": "dim_x"}'')', 'AL003', NULL, 'and so are its members');
SELECT throws_ok('SELECT dbo.usp_apply_schema_proposal(1, 999999999, NULL, NULL, NULL)', 'AL004', NULL, 'no such proposal');
SELECT is((SELECT jsonb_array_length(s -> 'examples') || (s ->> 'would_make' LIKE 'CREATE TABLE dbo.dim_magic_spell%')::text FROM dbo.fn_show_schema_proposal(1, pg_temp.proposal('magic_spell')) s), '2true', 'a proposal shows examples and what it would make');

-- Typed columns.
SELECT pg_temp.unknown(one, '{"family": "device", "name": "Lamp", "fields": {"power": 60, "made": "1990-02-01", "is lit": true, "maker": "Orin", "confidence": "odd", "parts": {"a": 1}, "rare": 1, "select": 1}}',
    '{"family": "device", "name": "Fan", "fields": {"power": "45.5", "made": "1991-03-02", "is lit": "no", "maker": 7, "parts": {"b": 1}}}', '{"family": "device", "name": "Saw", "fields": {"power": 900}}') FROM at;
SELECT is(dbo.fn_show_schema_proposal(1, pg_temp.proposal('device')) -> 'would_have', '[{"column": "power", "type": "number", "field": "power"}, {"column": "is_lit", "type": "boolean", "field": "is lit"},
    {"column": "made", "type": "date", "field": "made"}, {"column": "maker", "type": "text", "field": "maker"}]'::jsonb, 'fields that many items have are to be columns of their type');
SELECT throws_ok(format('SELECT dbo.usp_apply_schema_proposal(1, pg_temp.proposal(''device''), NULL, NULL, %L)', o), 'AL003', NULL, 'no columns are ' || o)
  FROM unnest(ARRAY['{"columns": ["power"]}', '{"columns": {"power": "money"}}', '{"columns": {"confidence": "text"}}', '{"columns": {"select": "text"}}']) o;
SELECT dbo.usp_apply_schema_proposal(1, pg_temp.proposal('device'), NULL, NULL, NULL);
SELECT results_eq($$SELECT device_name, power, made, is_lit, maker, attributes ? 'power' FROM dbo.dim_device ORDER BY 1$$,
    $$VALUES ('Fan', 45.5::numeric, '1991-03-02'::date, false, '7', true), ('Lamp', 60, '1990-02-01', true, 'Orin', true), ('Saw', 900, NULL, NULL, NULL, true)$$, 'and are filled');
SELECT pg_temp.unknown(two, '{"family": "device", "name": "Saw", "fields": {"power": 950, "made": "2024-02-31"}}', '{"family": "device", "name": "Pump", "fields": {"power": 5}}') FROM at;
SELECT results_eq($$SELECT device_name, power, made, attributes -> 'power' FROM dbo.dim_device WHERE device_name IN ('Saw', 'Pump') ORDER BY 1$$, $$VALUES ('Pump', 5::numeric, NULL::date, '5'::jsonb), ('Saw', NULL, NULL, '[900, 950]')$$, 'later too; what is said twice otherwise, or is no day, stays in the attributes');
SELECT pg_temp.unknown(one, '{"family": "gem", "name": "Ruby", "fields": {"carat": 3, "hue": "red"}}') FROM at;
SELECT dbo.usp_apply_schema_proposal(1, pg_temp.proposal('gem'), NULL, NULL, '{"columns": {"carat": "text"}}');
SELECT results_eq('SELECT gem_name, carat FROM dbo.dim_gem', $$VALUES ('Ruby', '3')$$, 'a person may say the columns');
SELECT hasnt_column('dbo', 'dim_gem', 'hue', 'and those only');

-- Approving.
SELECT is(dbo.usp_apply_schema_proposal(1, pg_temp.proposal('magic_spell'), 'spells matter', 'ada', '{"table": "dim_spell"}') - 'proposal_id',
    '{"family": "magic_spell", "kind": "dimension", "table_name": "dbo.dim_spell", "is_new_table": true, "moved": 2}'::jsonb, 'approved, the table is made and what waited moves in');
SELECT results_eq($$SELECT spell_name, spell_type, start_date, start_text, attributes, promotion_state::text, confidence::float8, support FROM dbo.dim_spell ORDER BY spell_name COLLATE "C"$$,
    $$VALUES ('Lumen', 'light', '1990-01-01'::date, 'since 1990', '{"aliases": "Light", "cost": [3, 4]}'::jsonb, 'promoted', 0.95::float8, 1), ('Umbra', 'unknown', NULL, NULL, '{"cost": "high", "school": "dark", "title": "Umbra"}', 'promoted', 0.95, 2)$$, 'as rows of the family');
SELECT is((SELECT count(*) FROM dbo.evidence v JOIN at ON v.chunk_id IN (one, two, three) WHERE v.target_table = 'dbo.dim_spell'), 4::bigint, 'with the evidence that they had');
SELECT is((SELECT count(*) FROM dbo.fact_assertion WHERE subject_id = pg_temp.proposal('magic_spell') AND subject_table = 'dbo.schema_proposal'), 0::bigint, 'none of them waits any more');
SELECT is_empty($$SELECT v.evidence_id FROM dbo.evidence v WHERE v.target_table = 'dbo.fact_assertion' AND NOT EXISTS (SELECT FROM dbo.fact_assertion a WHERE a.assertion_id = v.target_id)$$, 'no evidence hangs in the air');
SELECT row_eq($$SELECT status, actor, reason, moved, table_name, definition IS NOT NULL FROM dbo.schema_proposal WHERE family = 'magic_spell'$$, ROW('approved'::text, 'ada'::text, 'spells matter'::text, 2::bigint, 'dim_spell'::text, true), 'it is on record who approved it, and why');
SELECT throws_ok('SELECT dbo.usp_apply_schema_proposal(1, pg_temp.proposal(''magic_spell''), NULL, NULL, NULL)', 'AL017', NULL, 'once only');
SELECT is((SELECT table_name FROM dbo.dimension_family WHERE family = 'magic_spell'), 'dbo.dim_spell', 'the family is registered');
SELECT is_empty($$SELECT a.attname FROM pg_attribute a WHERE a.attrelid = 'dbo.dim_concept'::regclass AND a.attnum > 0 AND a.attname NOT LIKE 'concept%'
    AND NOT EXISTS (SELECT FROM pg_attribute b WHERE b.attrelid = 'dbo.dim_spell'::regclass AND b.attname = a.attname AND b.atttypid = a.atttypid AND b.attnotnull = a.attnotnull)$$, 'the table has the standard columns');
SELECT is((pg_temp.unknown(one, '{"family": "Magic Spell", "name": "Ignis", "fields": {"type": "fire"}}') ->> 'routed'), '1', 'later items go straight to it') FROM at;
SELECT is((SELECT dbo.usp_process_knowledge_extraction_output(tap.job('entity_extraction', c.source_page_id, c.chunk_id), NULL, jsonb_build_object('dimensions',
    jsonb_build_array(tap.grounded(c.chunk_id, 'Umbra', '{"family": "magic_spell", "name": "Umbra", "type": "shadow"}')))) ->> 'unknown' FROM at JOIN vector.chunk c ON c.chunk_id = three), '0', 'and answers of all families know it');
SELECT results_eq('SELECT spell_name, spell_type FROM dbo.dim_spell ORDER BY spell_name COLLATE "C"', $$VALUES ('Ignis', 'fire'), ('Lumen', 'light'), ('Umbra', 'shadow')$$, 'as the same rows');
SELECT is(dbo.usp_apply_schema_proposal(1, pg_temp.proposal('spell_work'), NULL, NULL, NULL) ->> 'table_name', 'dbo.bridge_spell_work', 'now the bridge can be made');
SELECT row_eq($$SELECT s.spell_name, w.work_name, b.role, b.attributes FROM dbo.bridge_spell_work b JOIN dbo.dim_spell s USING (spell_id) JOIN dbo.dim_work w USING (work_id)$$,
    ROW('Lumen'::text, 'The Grimoire'::text, 'told_in'::text, '{"page": 3}'::jsonb), 'with what waited for it');

-- Rejecting, and forgetting.
SELECT is((dbo.usp_reject_schema_proposal(1, pg_temp.proposal('potion'), 'not ours', 'ada') ->> 'items'), '1', 'a proposal is rejected');
SELECT is(pg_temp.unknown(two, '{"family": "Potion", "name": "Brew"}') - 'evidence_new', '{"proposals_new": 0, "items_new": 0, "items_known": 0, "routed": 0, "rejected": 1}'::jsonb, 'and not raised again') FROM at;
SELECT throws_ok('SELECT dbo.usp_reject_schema_proposal(1, pg_temp.proposal(''potion''), NULL, NULL)', 'AL017', NULL, 'nor decided again');
SELECT pg_temp.unknown(three, '{"family": "wand", "name": "Elder"}') FROM at;
SELECT dbo.usp_forget_page(1, c.source_page_id, NULL, NULL) FROM at JOIN vector.chunk c ON c.chunk_id = three;
SELECT is(pg_temp.proposal('wand'), NULL, 'a proposal that only a forgotten page supported goes');
SELECT results_eq('SELECT spell_name, spell_type, support FROM dbo.dim_spell ORDER BY spell_name COLLATE "C"', $$VALUES ('Ignis', 'fire', 1), ('Lumen', 'light', 1), ('Umbra', 'unknown', 1)$$, 'and rows of tables made later fall back as others do');
SELECT is((SELECT count(*) FROM dbo.bridge_spell_work), 0::bigint, 'bridges too');
SELECT * FROM finish();
ROLLBACK;
