-- Everything known about one, and what held on a day or in a work.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT plan(29);
SELECT tap.job_type('knowledge_extraction');
CREATE TEMP TABLE c AS SELECT (tap.chunks(1, 'saga', 'Luke owned R2-D2 from A New Hope until The Last Jedi. Luke is 1.75 m tall. Luke led the Guild.'))[1] AS k;
CREATE FUNCTION pg_temp.show(p_at date DEFAULT NULL, p_in_work text DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$ SELECT dbo.fn_show_entity(1, 'luke', p_at, p_in_work) #> '{matches,0}' $$;
CREATE FUNCTION pg_temp.relations(p_at date DEFAULT NULL, p_in_work text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', r ->> 'relation_type', r #>> '{other,name}', nullif(r ->> 'holds', 'bounded')), ', ' ORDER BY r ->> 'relation_type', r #>> '{other,name}') FROM jsonb_array_elements(pg_temp.show(p_at, p_in_work) -> 'relations') r
$$;
DO $$
DECLARE k bigint := (SELECT c.k FROM c);
BEGIN
    PERFORM tap.route('knowledge_extraction', k, jsonb_build_object(
        'dimensions', (SELECT jsonb_agg(tap.item(k, i)) FROM unnest(ARRAY[
            '{"family": "entity", "name": "Luke", "type": "person", "aliases": ["Farmboy"]}', '{"family": "entity", "name": "R2-D2", "type": "droid"}', '{"family": "entity", "name": "Guild", "type": "group"}',
            '{"family": "work", "name": "A New Hope", "type": "film", "start_date": "1977-05-25", "end_date": "1977-05-25"}', '{"family": "work", "name": "Empire", "type": "film", "start_date": "1980-05-21", "end_date": "1980-05-21"}',
            '{"family": "work", "name": "The Last Jedi", "type": "film", "start_date": "2017-12-15", "end_date": "2017-12-15"}', '{"family": "work", "name": "Solo", "type": "film", "start_date": "2018-05-25", "end_date": "2018-05-25"}',
            '{"family": "work", "name": "The Lost Book", "type": "book"}', '{"family": "event", "name": "Battle", "type": "battle", "start_date": "1996-05-01", "end_date": "1996-05-31"}', '{"family": "location", "name": "Tarn"}', '{"family": "concept", "name": "Hope"}']::jsonb[]) i),
        'bridges', (SELECT jsonb_agg(tap.item(k, i)) FROM unnest(ARRAY[
            '{"subject": "Luke", "predicate": "owned", "object": "R2-D2", "start_work": "A New Hope", "end_work": "The Last Jedi"}', '{"subject": "Luke", "predicate": "led", "object": "Guild", "start_date": "1996-04-01", "end_date": "1997-12-31", "start_text": "April 1996"}',
            '{"subject": "Luke", "predicate": "knew", "object": "R2-D2"}', '{"subject": "Luke", "predicate": "lost", "object": "R2-D2", "start_work": "The Lost Book"}', '{"subject": "Guild", "predicate": "honoured", "object": "Luke", "start_date": "1998-01-01"}',
            '{"subject": "Luke", "predicate": "fought in", "object": "Battle", "object_family": "event"}', '{"subject": "Luke", "predicate": "appears in", "object": "Empire", "object_family": "work"}', '{"subject": "Luke", "predicate": "appears in", "object": "Solo", "object_family": "work"}',
            '{"subject": "Luke", "predicate": "lives in", "object": "Tarn", "object_family": "location", "end_date": "1990-12-31"}', '{"subject": "Luke", "predicate": "stands for", "object": "Hope", "object_family": "concept"}']::jsonb[]) i),
        'facts', (SELECT jsonb_agg(tap.item(k, i)) FROM unnest(ARRAY[
            '{"kind": "measurement", "subject": "Luke", "predicate": "height", "value": "1.75", "unit": "m"}', '{"kind": "state", "subject": "Luke", "predicate": "rank", "value": "captain", "start_date": "1996-01-01", "end_date": "1996-12-31"}',
            '{"kind": "state", "subject": "Luke", "predicate": "rank", "value": "admiral", "start_date": "1997-01-01"}', '{"kind": "assertion", "subject": "Luke", "predicate": "birth year", "value": "1951"}', '{"kind": "assertion", "subject": "Luke", "predicate": "birth year", "value": "1952"}']::jsonb[]) i)));
END $$;

SELECT is((SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(pg_temp.show()) k), '{aliases,attributes,concepts,confidence,conflicts,entity_id,events,evidence,facts,locations,mentions,name,others,pages,periods,promotion_state,relations,similar,tags,type,works}'::text[], 'all there is');
SELECT is(pg_temp.show() -> 'aliases', '["Farmboy"]'::jsonb, 'other names');
SELECT is(pg_temp.relations(), 'honoured Guild, knew R2-D2, led Guild, lost R2-D2, owned R2-D2', 'relations');
SELECT is((SELECT concat_ws('|', r ->> 'start_work', r ->> 'end_work') FROM jsonb_array_elements(pg_temp.show() -> 'relations') r WHERE r ->> 'relation_type' = 'owned'), 'A New Hope|The Last Jedi', 'with the works that bound them');
SELECT is((SELECT string_agg(concat_ws(' ', f ->> 'kind', f ->> 'predicate', f ->> 'value', f ->> 'unit'), ', ') FROM jsonb_array_elements(pg_temp.show() -> 'facts') f),
    'assertion birth_year 1951, assertion birth_year 1952, measurement height 1.75 m, state rank captain, state rank admiral', 'facts');
SELECT is(pg_temp.show() #> '{facts,0,evidence,0,locator}', '"saga"', 'with evidence');
SELECT is(pg_temp.show() #>> '{events,0,role}' || ' ' || (pg_temp.show() #>> '{events,0,other,name}') || ' ' || (pg_temp.show() #>> '{events,0,start_date}'), 'fought_in Battle 1996-05-01', 'events with their dates');
SELECT is((SELECT string_agg(w #>> '{other,name}', ', ') FROM jsonb_array_elements(pg_temp.show() -> 'works') w), 'Empire, Solo', 'works by release');
SELECT is((pg_temp.show() #>> '{locations,0,role}') || ' ' || (pg_temp.show() #>> '{concepts,0,other,name}'), 'lives_in Hope', 'locations and concepts');
SELECT is((SELECT string_agg(v ->> 'value', ' or ') FROM jsonb_array_elements(pg_temp.show() #> '{conflicts,0,values}') v), '1951 or 1952', 'what contradicts is shown together');
SELECT is(jsonb_array_length(pg_temp.show() -> 'conflicts'), 1, 'what held at different times does not contradict');

-- On a day.
SELECT is(pg_temp.relations('1996-05-01'), 'knew R2-D2 undated, led Guild, lost R2-D2 undated, owned R2-D2', 'what held on a day, by dates and by releases');
SELECT is(pg_temp.relations('1996-03-31'), 'knew R2-D2 undated, lost R2-D2 undated, owned R2-D2', 'not what began later');
SELECT is(pg_temp.relations('1997-12-31') LIKE '%led Guild%', true, 'the last day counts');
SELECT is(pg_temp.relations('1998-01-01') LIKE '%led Guild%', false, 'the day after does not');
SELECT is(pg_temp.relations('2030-01-01'), 'honoured Guild, knew R2-D2 undated, lost R2-D2 undated', 'an end that is not known is open');
SELECT is(pg_temp.relations('1970-01-01') LIKE '%owned%', false, 'before the first work''s release it did not hold');
SELECT is((SELECT string_agg(f ->> 'value', ', ') FROM jsonb_array_elements(pg_temp.show('1996-05-01') -> 'facts') f WHERE f ->> 'kind' = 'state'), 'captain', 'states of the day');
SELECT is(jsonb_array_length(pg_temp.show('1996-05-15') -> 'events') || ' ' || jsonb_array_length(pg_temp.show('1996-06-15') -> 'events'), '1 0', 'events of the day');
SELECT is(jsonb_array_length(pg_temp.show('1990-12-31') -> 'locations') || ' ' || jsonb_array_length(pg_temp.show('1991-01-01') -> 'locations'), '1 0', 'where he lived then');
SELECT is((SELECT string_agg(w #>> '{other,name}', ', ') FROM jsonb_array_elements(pg_temp.show('1996-05-15') -> 'works') w), 'Empire', 'works that were out');

-- In a work.
SELECT is(pg_temp.relations(NULL, 'empire'), 'honoured Guild undated, knew R2-D2 undated, led Guild undated, owned R2-D2', 'what held in a work between two others, by their releases');
SELECT is(pg_temp.relations(NULL, 'A New Hope') LIKE '%owned R2-D2%', true, 'in the first');
SELECT is(pg_temp.relations(NULL, 'The Last Jedi') LIKE '%owned R2-D2%', true, 'in the last');
SELECT is(pg_temp.relations(NULL, 'Solo') LIKE '%owned%', false, 'not after it');
SELECT is(pg_temp.relations(NULL, 'The Lost Book'), 'honoured Guild undated, knew R2-D2 undated, led Guild undated, lost R2-D2', 'without a release only what that very work bounds');
SELECT is((SELECT string_agg(w #>> '{other,name}', ', ') FROM jsonb_array_elements(pg_temp.show(NULL, 'empire') -> 'works') w), 'Empire', 'and only that appearance');
SELECT throws_ok('SELECT pg_temp.show(NULL, ''No Such Film'')', 'AL004', 'no work is known as “No Such Film”', 'an unknown work is refused');
SELECT is(dbo.fn_show_entity(1, 'nobody', '1996-05-01'), NULL, 'an unknown name shows nothing');
SELECT * FROM finish();
ROLLBACK;
