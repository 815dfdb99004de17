-- What backs the rows of one page, a row a target: evidence that overlaps counts as one passage, for overlapping chunks show
-- the same words twice. evidence: the surest piece of each passage, in the order of the page. Writes nothing.
CREATE OR REPLACE FUNCTION dbo.fn_page_evidence(p_tenant_id integer, p_source_page_id bigint)
RETURNS TABLE (target_table text, target_id bigint, passages integer, chunks integer, confidence double precision, evidence jsonb)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, public SET jit = off AS $$
    WITH piece AS MATERIALIZED (
        SELECT v.*, int4range(v.char_start, greatest(v.char_end, v.char_start + 1)) AS place
          FROM dbo.evidence v WHERE v.tenant_id = p_tenant_id AND v.source_page_id = p_source_page_id
    ), passage AS (
        SELECT a.target_table, a.target_id, unnest(a.places) AS place
          FROM (SELECT p.target_table, p.target_id, range_agg(p.place) AS places FROM piece p
                 GROUP BY p.target_table, p.target_id) a
    ), best AS (
        SELECT DISTINCT ON (g.target_table, g.target_id, g.place) g.target_table, g.target_id, g.place, p.*
          FROM passage g
          JOIN piece p(evidence_id, tenant_id, p_table, p_id, source_page_id, chunk_id, char_start, char_end, quote, run_id, grounding,
                       confidence, earned_state, mention_id, other_mention_id, said, recorded_at, piece_place)
            ON p.p_table = g.target_table AND p.p_id = g.target_id AND p.piece_place <@ g.place
         ORDER BY g.target_table, g.target_id, g.place, p.confidence DESC, p.char_start, p.char_end, p.chunk_id
    ), width AS (
        SELECT p.target_table, p.target_id, count(DISTINCT p.chunk_id)::integer AS chunks, max(p.confidence) AS confidence FROM piece p
         GROUP BY p.target_table, p.target_id
    )
    SELECT b.target_table, b.target_id, count(*)::integer, max(w.chunks), max(w.confidence)::double precision,
           jsonb_agg(jsonb_build_object('char_start', b.char_start, 'char_end', b.char_end, 'quote', b.quote, 'grounding', b.grounding,
                                        'confidence', b.confidence, 'chunk_id', b.chunk_id, 'run_id', b.run_id)
                     ORDER BY b.char_start, b.char_end)
      FROM best b JOIN width w USING (target_table, target_id)
     GROUP BY b.target_table, b.target_id
$$;
