-- What an override sets: columns and values, names folded and types written as types are. p_row: the row as it is.
-- Values of columns that it leaves as they are do not appear. Writes dbo.name where a name is new.
-- AL022: the override names what the kind of item has not, or gives no name or type where one must be.
CREATE OR REPLACE FUNCTION dbo.fn_override_changes(p_kind dbo.item_kind, p_row jsonb, p_override jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_changes jsonb := '{}';
    v_column text;
    v_member text;
    v_value jsonb;
    v_key text;
BEGIN
    IF jsonb_typeof(p_override) IS DISTINCT FROM 'object' OR p_override = '{}' THEN
        RAISE EXCEPTION USING ERRCODE = 'AL022', MESSAGE = format('an override says what is right instead, as a JSON object of %s',
            (SELECT string_agg(f.key, ', ' ORDER BY f.key) FROM jsonb_each_text(p_kind.fields) f));
    END IF;
    FOR v_member, v_value IN SELECT o.key, o.value FROM jsonb_each(p_override) o LOOP
        v_column := coalesce(p_kind.fields ->> v_member,
                             (SELECT f.value FROM jsonb_each_text(p_kind.fields) f WHERE f.value = v_member LIMIT 1));
        IF v_column IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'AL022', MESSAGE = format('%s has no %s; an override of it may set %s', p_kind.item_type, v_member,
                (SELECT string_agg(f.key, ', ' ORDER BY f.key) FROM jsonb_each_text(p_kind.fields) f));
        END IF;
        IF v_column = p_kind.name_column OR v_column = ANY (p_kind.type_columns) THEN
            IF jsonb_typeof(v_value) <> 'string' OR btrim(v_value #>> '{}', E' \t\n\r') = '' THEN
                RAISE EXCEPTION USING ERRCODE = 'AL022', MESSAGE = format('%s must be a text that is not empty', v_member);
            END IF;
            v_value := to_jsonb(CASE WHEN v_column = p_kind.name_column THEN btrim(v_value #>> '{}', E' \t\n\r')
                                     ELSE dbo.fn_type_key(v_value #>> '{}') END);
        ELSIF v_column = 'attributes' THEN
            IF jsonb_typeof(v_value) <> 'object' THEN
                RAISE EXCEPTION USING ERRCODE = 'AL022', MESSAGE = 'attributes must be a JSON object';
            END IF;
            v_value := (p_row -> 'attributes') || v_value;
        END IF;
        v_changes := v_changes || jsonb_build_object(v_column, v_value);
        IF v_column = p_kind.name_column THEN
            v_key := dbo.fn_name_key(v_value #>> '{}');
            v_changes := v_changes || jsonb_build_object('name_key', v_key, 'name_id',
                (SELECT l.name_id FROM dbo.usp_lock_names((p_row ->> 'tenant_id')::integer, ARRAY[v_key]) l));
        ELSIF v_column = 'entity_type' THEN
            v_changes := v_changes || jsonb_build_object('type_key', dbo.fn_concrete_type(v_value #>> '{}'));
        ELSIF v_column = 'primary_type' THEN
            v_changes := jsonb_build_object('type_set', (SELECT jsonb_agg(DISTINCT t.type) FROM jsonb_array_elements_text(
                (p_row -> 'type_set') || v_value) t(type))) || v_changes;
        END IF;
    END LOOP;
    RETURN (SELECT coalesce(jsonb_object_agg(c.key, c.value), '{}') FROM jsonb_each(v_changes) c
             WHERE c.value IS DISTINCT FROM coalesce(p_row -> c.key, 'null'));
END $$;
