-- The same outputs routed in every order in a tenant of its own each must give the same knowledge.
BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT plan(3);
CREATE FUNCTION pg_temp.route(p_tenant integer, p_step integer, p_pages bigint[][]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE a bigint := p_pages[1][1]; b bigint := p_pages[1][2]; o bigint := p_pages[2][1]; u bigint := p_pages[2][2];
BEGIN
    IF p_step = 1 THEN
        PERFORM tap.route_entities(a, tap.entity(a, 'Heron', 'ship', '{"attributes": {"masts": 2}, "aliases": ["the bird"]}'), tap.entity(a, 'MIRELLE VOSS', 'person', '{"confidence": 0.8}'));
        PERFORM tap.route_relations(a, tap.relation(a, 'Mirelle Voss', 'sails', 'the bird', '{"confidence": 0.75, "start_text": "b"}'),
            tap.relation(a, 'Heron', 'based_in', 'Tarn'));
    ELSIF p_step = 2 THEN
        PERFORM tap.route_entities(b, tap.entity(b, 'Heron', 'unknown'), tap.entity(b, 'Mirelle Voss', 'other', '{"attributes": {"masts": 1}}'));
        PERFORM tap.route_relations(b, tap.relation(b, 'Mirelle Voss', 'sails', 'Heron', '{"start_text": "a"}'));
    ELSIF p_step = 3 THEN
        PERFORM tap.route_entities(o, tap.entity(o, 'Heron', 'bird', '{"attributes": {"masts": [3, 2]}}'), tap.entity(o, 'Tarn', 'place'), tap.entity(o, 'the bird', 'bird'));
        PERFORM tap.route_relations(o, tap.relation(o, 'Heron', 'based_in', 'Tarn'));
    ELSE
        PERFORM tap.route_relations(u, tap.relation(u, 'Mirelle Voss', 'sails', 'Heron', '{"confidence": 0.99}'), tap.relation(u, 'Heron', 'based_in', 'Tarn'));
    END IF;
END $$;
CREATE TEMP TABLE result (steps integer[], picture jsonb);
DO $$
DECLARE v_steps integer[]; v_tenant integer; v_pages bigint[][];
BEGIN
    FOR v_steps IN SELECT ARRAY[w, x, y, z] FROM generate_series(1, 4) w, generate_series(1, 4) x, generate_series(1, 4) y, generate_series(1, 4) z
                    WHERE 10 = w + x + y + z AND 24 = w * x * y * z LOOP
        v_tenant := llm.usp_ensure_tenant('order ' || v_steps::text);
        v_pages := ARRAY[tap.chunks(v_tenant, 'one', 'Captain MIRELLE VOSS sails the Heron, the bird, to Tarn.', 'Mirelle Voss sails the Heron.'),
                         tap.chunks(v_tenant, 'two', 'A Heron, the bird, at Tarn.', 'Mirelle Voss and the Heron of Tarn.')];
        FOR i IN 1 .. 4 LOOP
            PERFORM pg_temp.route(v_tenant, v_steps[i], v_pages);
        END LOOP;
        INSERT INTO result VALUES (v_steps, tap.picture(v_tenant));
    END LOOP;
END $$;
SELECT is((SELECT count(*) FROM result), 24::bigint, 'all orders of four passages were tried');
SELECT is((SELECT string_agg(DISTINCT steps::text || p.key, ' ') FROM result r, jsonb_each(r.picture) p
            WHERE p.value <> (SELECT picture -> p.key FROM result WHERE steps = '{1,2,3,4}')), NULL, 'and all give the same knowledge');
SELECT is((SELECT count(*) FROM result WHERE picture ->> 'stray_evidence' <> '0'), 0::bigint, 'and no evidence hangs in the air');
SELECT * FROM finish();
ROLLBACK;
