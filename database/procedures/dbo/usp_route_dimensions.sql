-- Writes the rows of one passage into a family's dimension: the step that every procedure which brings events, works,
-- locations, periods, concepts, tags or a family made later shares. Entities have dbo.usp_route_entities.
-- p_family: one of dbo.dimension_family, but entity; p_items: array of {name, type?, aliases?, attributes?, bounds, confidence, grounding,
-- evidence?} and the members that the family keeps in columns of their own (events: location, description;
-- works: canon_status). Unknown members are ignored.
-- OUT routed: for each item its place (from 1), row and whether that is new; evidence_new: new links.
--
-- Identity. A row stands for a folded name and a type, and, where the start date is part of the natural key (events), for
-- when it was. What is said less exactly (no type, no date, a year) means the one row that says it more exactly, if there
-- is exactly one; a row that had been said less exactly takes what is said now. So other types and dates apart are other
-- rows, and a narrower date of the same narrows it. Where several would do, it is a row of its own.
-- A dimension without its date in the key keeps the narrowest span said, of these the earliest; what else was said stays
-- in the evidence and shows in dbo.vw_conflict. All other values are joined so that order does not matter. The same
-- again changes nothing. Other names are kept in the attributes, as "aliases".
--
-- Writes dbo.name, the family's table, dbo.evidence. Works under the names' locks.
-- Errors: AL003 names the item that is not of this shape; AL004 unknown tenant, page, chunk or run; AL014 unknown family.
CREATE OR REPLACE FUNCTION dbo.usp_route_dimensions(p_tenant_id integer, p_run_id uuid, p_source_page_id bigint,
    p_chunk_id bigint, p_family text, p_items jsonb, OUT routed dbo.routed_row[], OUT evidence_new integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan -- planning takes longer than the work
SET jit = off AS $$
DECLARE
    v_passage record;
    v_family dbo.dimension_family := dbo.fn_require_family(p_family);
    v_rows jsonb;
BEGIN
    IF v_family.family = 'entity' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL014', MESSAGE = 'entities are routed by dbo.usp_route_entities';
    END IF;
    SELECT * INTO v_passage FROM dbo.fn_require_passage(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id);
    PERFORM dbo.fn_check_items(v_family.family || 's', p_items, ARRAY['name'], '{}', '{}', ARRAY['type'], v_passage.text_length);
    PERFORM dbo.fn_check_member_columns(v_family, p_items);

    WITH said AS MATERIALIZED (
        SELECT e.place, e.item, btrim(e.item ->> 'name', E' \t\n\r') AS name,
               coalesce(dbo.fn_concrete_type(e.item ->> 'type'), 'unknown') AS type,
               (e.item ->> 'confidence')::double precision AS confidence,
               coalesce(nullif(e.item -> 'attributes', 'null'), '{}')
                   || jsonb_strip_nulls(jsonb_build_object('aliases', nullif(nullif(e.item -> 'aliases', 'null'), '[]'))) AS attributes,
               -- The members that have columns, by member and by column.
               (SELECT coalesce(jsonb_object_agg(m.key, e.item -> m.key), '{}') FROM jsonb_each_text(v_family.member_columns) m
                 WHERE jsonb_typeof(coalesce(e.item -> m.key, 'null')) <> 'null') AS members,
               (SELECT coalesce(jsonb_object_agg(m.value, e.item -> m.key), '{}') FROM jsonb_each_text(v_family.member_columns) m) AS columns
          FROM jsonb_array_elements(p_items) WITH ORDINALITY e(item, place)
    ), locked AS MATERIALIZED (
        SELECT l.name_id, l.name_key
          FROM dbo.usp_lock_names(p_tenant_id, ARRAY(SELECT dbo.fn_name_key(s.name) FROM said s)) l)
    SELECT coalesce(jsonb_agg(s.columns || jsonb_build_object('ordinal', s.place, 'name_id', l.name_id, 'name_key', l.name_key,
                v_family.name_column, s.name, v_family.type_column, s.type, 'confidence', s.confidence,
                'promotion_state', dbo.fn_earned_state(p_tenant_id, v_family.family, s.confidence, s.item ->> 'grounding'),
                'attributes', s.attributes, 'grounding', s.item -> 'grounding', 'evidence', s.item -> 'evidence',
                'said', s.members || jsonb_build_object('name', s.name, 'type', s.type, 'attributes', s.attributes)) ORDER BY s.place), '[]')
      INTO v_rows
      FROM said s JOIN locked l ON l.name_key = dbo.fn_name_key(s.name);

    v_rows := dbo.usp_find_dimension_rows(p_tenant_id, v_family, v_rows);
    SELECT w.routed, w.evidence_new INTO routed, evidence_new
      FROM dbo.usp_write_rows(p_tenant_id, p_run_id, p_source_page_id, p_chunk_id, v_family.table_name, v_rows,
                              v_passage.char_start, v_passage.char_end) w;
    PERFORM dbo.usp_narrow_dates(p_tenant_id, v_family, v_rows, routed);
END $$;
