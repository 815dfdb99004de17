-- Writes a page's chunks. p_output: {"chunks":[{char_start, char_end, fresh_start, token_count}], "policy":{…}}; the
-- database cuts the content from the page's text itself. The same again changes nothing; another cut of the same page
-- keeps the old chunks for the rows that rest on them, but not as current.
-- Returns {"chunks", "chunks_new"}. Writes vector.chunk, vector.source_registry.
-- Errors: AL003 a chunk is not of this shape, or lies outside of the page; AL004 unknown job, or it has no page.
CREATE OR REPLACE FUNCTION vector.usp_process_chunk_source_output(p_job_id bigint, p_run_id uuid, p_output jsonb)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public
SET jit = off -- short arrays are planned as long ones; compiling for them costs more than all the rest
AS $$
DECLARE
    v_job dbo.job_context := dbo.fn_job_context(p_job_id);
    v_page sem.source_page;
    v_chunks jsonb := dbo.fn_items(p_output, 'chunks', 1000000); -- the largest page in the smallest chunks has fewer
    v_policy jsonb := coalesce(nullif(p_output -> 'policy', 'null'), '{}');
    -- A place in a text is found by counting all of its characters: within a block, not within the page. The blocks are
    -- made by parting the page into few, these into few, and so on, for the same reason.
    c_block CONSTANT integer := 16384;
    c_parts CONSTANT integer := 8;
    v_size integer := c_block;
    v_blocks text[];
    v_bad record;
    v_new integer;
BEGIN
    SELECT p.* INTO STRICT v_page FROM sem.source_page p WHERE p.source_page_id = v_job.source_page_id FOR NO KEY UPDATE;
    IF jsonb_array_length(v_chunks) = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = 'chunks: there must be at least one';
    END IF;
    SELECT e.place - 1 AS place, m.member INTO v_bad
      FROM jsonb_array_elements(v_chunks) WITH ORDINALITY e(c, place)
     CROSS JOIN unnest(ARRAY['char_start', 'char_end', 'fresh_start', 'token_count']) m(member)
     WHERE NOT dbo.fn_is_integer(c -> m.member) ORDER BY e.place LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003',
            MESSAGE = format('chunks[%s].%s: must be a whole number from 0', v_bad.place, v_bad.member);
    END IF;
    SELECT e.place - 1 AS place INTO v_bad
      FROM jsonb_array_elements(v_chunks) WITH ORDINALITY e(c, place)
     WHERE NOT ((c ->> 'char_start')::integer < (c ->> 'char_end')::integer
                AND (c ->> 'char_end')::integer <= v_page.text_length
                AND (c ->> 'fresh_start')::integer BETWEEN (c ->> 'char_start')::integer AND (c ->> 'char_end')::integer)
     ORDER BY e.place LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AL003', MESSAGE = format(
            'chunks[%s]: its range is empty or outside of the page, which has %s characters', v_bad.place, v_page.text_length);
    END IF;

    v_blocks := ARRAY[v_page.text || '']; -- unpacked once
    WHILE v_size < v_page.text_length LOOP v_size := v_size * c_parts; END LOOP;
    WHILE v_size > c_block LOOP
        v_size := v_size / c_parts;
        v_blocks := ARRAY(SELECT substr(b.block, p.part * v_size + 1, v_size)
                            FROM unnest(v_blocks) WITH ORDINALITY b(block, place)
                           CROSS JOIN generate_series(0, c_parts - 1) p(part)
                           WHERE ((b.place - 1) * c_parts + p.part) * v_size < v_page.text_length ORDER BY b.place, p.part);
    END LOOP;
    WITH cut AS MATERIALIZED (
        SELECT DISTINCT ON (char_start, char_end) c.*,
               substr(CASE WHEN b.first = b.last THEN v_blocks[b.first] ELSE array_to_string(v_blocks[b.first:b.last], '') END,
                      c.char_start % c_block + 1, c.char_end - c.char_start) AS content
          FROM jsonb_to_recordset(v_chunks) c(char_start integer, char_end integer, fresh_start integer, token_count integer)
         CROSS JOIN LATERAL (SELECT c.char_start / c_block + 1 AS first, (c.char_end - 1) / c_block + 1 AS last) b
         ORDER BY char_start, char_end
    ), numbered AS (
        SELECT h.*, row_number() OVER (ORDER BY h.char_start, h.char_end) - 1 AS chunk_index,
               row_number() OVER (PARTITION BY h.content_sha256 ORDER BY h.char_start, h.char_end) - 1 AS occurrence
          FROM (SELECT cut.*, encode(sha256(convert_to(cut.content, 'UTF8')), 'hex') AS content_sha256 FROM cut) h
    ), written AS (
        INSERT INTO vector.chunk AS k (tenant_id, source_page_id, ingest_record_id, chunk_index, char_start, char_end,
                                       fresh_start, content, content_sha256, occurrence, token_count)
        SELECT v_page.tenant_id, v_page.source_page_id, v_page.ingest_record_id, n.chunk_index, n.char_start, n.char_end,
               n.fresh_start, n.content, n.content_sha256, n.occurrence, n.token_count
          FROM numbered n ORDER BY n.char_start, n.char_end
        ON CONFLICT (tenant_id, source_page_id, char_start, char_end) DO UPDATE
           SET chunk_index = EXCLUDED.chunk_index, fresh_start = EXCLUDED.fresh_start, token_count = EXCLUDED.token_count,
               occurrence = EXCLUDED.occurrence, is_current = true
         WHERE (k.chunk_index, k.fresh_start, k.token_count, k.occurrence, k.is_current)
            <> (EXCLUDED.chunk_index, EXCLUDED.fresh_start, EXCLUDED.token_count, EXCLUDED.occurrence, true)
        RETURNING k.xmax = 0 AS is_new)
    SELECT count(*) FILTER (WHERE w.is_new) INTO v_new FROM written w;

    UPDATE vector.chunk k SET is_current = false
     WHERE k.source_page_id = v_page.source_page_id AND k.is_current
       -- NOT IN is hashed, whatever is thought of how many chunks a page has.
       AND (k.char_start, k.char_end) NOT IN (SELECT c.char_start, c.char_end FROM jsonb_to_recordset(v_chunks) c(char_start integer, char_end integer));
    INSERT INTO vector.source_registry AS r (source_page_id, tenant_id, chunk_count, policy)
    SELECT v_page.source_page_id, v_page.tenant_id, count(*), v_policy
      FROM vector.chunk k WHERE k.source_page_id = v_page.source_page_id AND k.is_current
    ON CONFLICT (source_page_id, tenant_id) DO UPDATE
       SET chunk_count = EXCLUDED.chunk_count, policy = EXCLUDED.policy, recorded_at = now()
     WHERE (r.chunk_count, r.policy) <> (EXCLUDED.chunk_count, EXCLUDED.policy);
    RETURN jsonb_build_object('chunks', jsonb_array_length(v_chunks), 'chunks_new', v_new);
END $$;
