-- A part of a page's text, from p_start (a code point, from 0) at most p_length code points (1 to 200000): {start, end, length, text}, where
-- length is the whole text's. Writes nothing. AL004: the tenant has no such page; AL005: start or length out of range.
CREATE OR REPLACE FUNCTION dbo.fn_page_text(p_tenant_id integer, p_source_page_id bigint, p_start integer, p_length integer) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_part text;
    v_length integer;
BEGIN
    IF coalesce(p_start, -1) < 0 OR p_length IS NULL OR p_length NOT BETWEEN 1 AND 200000 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'a text is read from 0 on, in parts of 1 to 200000 characters';
    END IF;
    SELECT substr(p.text, p_start + 1, p_length), length(p.text) INTO v_part, v_length
      FROM sem.source_page p WHERE p.source_page_id = p_source_page_id AND p.tenant_id = p_tenant_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL004', MESSAGE = format('tenant %s has no page %s', p_tenant_id, coalesce(p_source_page_id::text, 'null'));
    END IF;
    RETURN jsonb_build_object('start', least(p_start, v_length), 'end', least(p_start, v_length) + length(v_part), 'length', v_length, 'text', v_part);
END $$;
