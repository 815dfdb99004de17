-- What an export reads.
BEGIN;
SELECT plan(15);

CREATE TEMP TABLE at AS SELECT c[1] AS chunk FROM tap.chunks(1, 'log', 'Mirelle Voss sails the Heron out of Tarn.') c;
SELECT tap.route_entities(chunk, tap.entity(chunk, 'Mirelle Voss', 'person', '{"aliases": ["the Gull"]}'), tap.entity(chunk, 'Heron', 'ship', '{"confidence": 0.75}'),
                          tap.entity(chunk, 'Tarn', 'place')) FROM at;
SELECT tap.route_relations(chunk, tap.relation(chunk, 'Mirelle Voss', 'sails', 'Heron'), tap.relation(chunk, 'Mirelle Voss', 'leaves', 'Tarn')) FROM at;
CREATE FUNCTION pg_temp.rows(p_table text, p_shape text DEFAULT 'rows', p_promoted boolean DEFAULT false, p_text boolean DEFAULT true)
RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
DECLARE v_query text;
BEGIN
    SELECT query INTO STRICT v_query FROM dbo.fn_export_plan(1, p_shape, p_promoted, p_text) WHERE table_name = p_table;
    RETURN QUERY EXECUTE format('SELECT to_jsonb(r) FROM (%s) r', v_query);
END $$;

SELECT is((SELECT count(*) FROM dbo.fn_export_plan(1, 'rows', false, true) WHERE table_name ~ '^dbo\.(dim|bridge|fact)_'),
          (SELECT count(*) FROM pg_class WHERE relnamespace = 'dbo'::regnamespace AND relkind = 'r' AND relname ~ '^(dim|bridge|fact)_' AND relname !~ '^(dimension|bridge|fact)_family$'),
          'every table of the star is read');
CREATE TABLE dbo.bridge_entity_crew (crew_id bigint PRIMARY KEY, tenant_id integer, entity_id bigint, ship_id bigint, crew_role text, promotion_state dbo.promotion_state,
    FOREIGN KEY (entity_id, tenant_id) REFERENCES dbo.dim_entity, FOREIGN KEY (ship_id, tenant_id) REFERENCES dbo.dim_entity);
SELECT is((SELECT string_agg(table_name || ' ' || ends::text, '; ' ORDER BY table_name) FROM dbo.fn_star_tables() WHERE table_name IN ('dbo.bridge_entity_relation', 'dbo.fact_entity_extraction')),
          'dbo.bridge_entity_relation {from_entity_id,to_entity_id}; dbo.fact_entity_extraction {entity_id}', 'ends are known that no foreign key tells of');
SELECT is((SELECT count(*) FROM dbo.fn_export_plan(1, 'rows', true, true) WHERE table_name IN ('dbo.bridge_entity_relation', 'dbo.fact_entity_extraction')
              AND query ~ 'EXISTS \(SELECT FROM dbo\.dim_entity'), 2::bigint, 'and go along only with entities that do');
SELECT is((SELECT row(kind, key_column, label_column, ends)::text FROM dbo.fn_export_plan(1, 'nodes', false, true) WHERE table_name = 'dbo.bridge_entity_crew'),
          '(bridge,crew_id,crew_role,"{entity_id,ship_id}")', 'and so is one made later, with its ends and its label');
SELECT set_eq($$SELECT r ->> 'entity_name' FROM pg_temp.rows('dbo.dim_entity') r$$, ARRAY['Mirelle Voss', 'Heron', 'Tarn'], 'all rows are read');
SELECT set_eq($$SELECT r ->> 'entity_name' FROM pg_temp.rows('dbo.dim_entity', p_promoted => true) r$$, ARRAY['Mirelle Voss', 'Tarn'],
              'or those that are promoted');
SELECT set_eq($$SELECT r ->> 'relation_type' FROM pg_temp.rows('dbo.bridge_entity_relation', p_promoted => true) r$$, ARRAY['leaves'],
              'a promoted relation of a candidate stays behind');
SELECT is((SELECT count(*) FROM pg_temp.rows('dbo.evidence', p_promoted => true)), 3::bigint, 'and so does the evidence of what stays behind');
SELECT is((SELECT count(*) FROM pg_temp.rows('dbo.evidence') r WHERE r ->> 'quote' = 'Heron'), 1::bigint, 'evidence has its quote');
SELECT ok(NOT (SELECT bool_or(r ? 'quote') FROM pg_temp.rows('dbo.evidence', p_text => false) r), 'unless texts are not wanted');
SELECT is((SELECT r ->> 'alias' FROM pg_temp.rows('dbo.vw_entity_alias') r), 'the Gull', 'other names are read');
SELECT is((SELECT r #>> '{aliases,0}' || ' ' || (r #>> '{evidence,0,quote}') FROM pg_temp.rows('dbo.dim_entity', 'nodes') r WHERE r ->> 'entity_name' = 'Mirelle Voss'),
          'the Gull Mirelle Voss', 'a node has them with it, and its evidence');
INSERT INTO dbo.fact_state (tenant_id, subject_table, subject_id, predicate) SELECT 1, 'dbo.dim_entity', entity_id, 'rank' FROM dbo.dim_entity WHERE entity_name = 'Heron';
INSERT INTO dbo.fact_state (tenant_id, subject_table, subject_id, predicate) VALUES (1, 'dbo.dim_entity', 99999, 'lost');
SELECT bag_eq($$SELECT r ->> 'subject_node' IS NULL FROM pg_temp.rows('dbo.fact_state', 'triples') r$$, ARRAY[false, true], 'a fact leads to its subject where there is one');
SELECT throws_ok($$SELECT * FROM dbo.fn_export_plan(1, 'rings', false, true)$$, 'AL005', NULL, 'an unknown shape is refused');
SELECT throws_ok($$SELECT * FROM dbo.fn_export_plan(99, 'rows', false, true)$$, 'AL004', NULL, 'and an unknown tenant');
SELECT * FROM finish();
ROLLBACK;
