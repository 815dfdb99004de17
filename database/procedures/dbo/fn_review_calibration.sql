-- How often each confidence was right, by what people decided: of every item its last decision that was not taken back. Right is what was
-- approved, or overridden only in what it is not found by (attributes, texts); wrong is what was rejected, or had another name, type, end,
-- value or bound. What was only rejected with another tells nothing. p_item_type: one kind, or null for all but pairs and proposals; p_precision: above 0 and below 1.
-- Returns {"decisions", "right", "bands": [{from, to, decisions, right, share, low, high}] (of 0.05; low and high: the share with 95 % assurance),
-- "precision", "needed": decisions, all right, that it takes to show that precision, "threshold": the least confidence from which on the
-- decided items show it, {confidence, decisions, right, share, low}, or null, "estimate": the same by the share alone}.
-- Writes nothing. AL005: precision out of range.
CREATE OR REPLACE FUNCTION dbo.fn_review_calibration(p_tenant_id integer, p_item_type text, p_precision double precision) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT coalesce(p_precision > 0 AND p_precision < 1, false) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = format('a precision is above 0 and below 1, not %s', coalesce(p_precision::text, 'null'));
    END IF;
    RETURN (
        WITH decided AS MATERIALIZED (
            SELECT DISTINCT ON (a.item_type, a.item_id) a.confidence::double precision AS confidence,
                   a.decision = 'approve' OR a.decision = 'override' AND NOT a.new_values ?| ARRAY['left_behind', 'primary_type'] AS is_right
              FROM dbo.audit_entity_adjudication a
             WHERE a.tenant_id = p_tenant_id AND a.decision <> 'undo' AND a.confidence IS NOT NULL AND NOT a.new_values ? 'follows'
               AND CASE WHEN p_item_type IS NULL THEN a.item_type NOT IN ('dedupe_pair', 'schema_proposal') ELSE a.item_type = p_item_type END
               AND NOT EXISTS (SELECT FROM dbo.audit_entity_adjudication u WHERE u.tenant_id = a.tenant_id AND u.undoes_audit_id = a.audit_id)
             ORDER BY a.item_type, a.item_id, a.chain_index DESC
        ), band AS (
            SELECT least(floor(round((d.confidence * 20)::numeric, 6)), 19) AS place, count(*) AS n, count(*) FILTER (WHERE d.is_right) AS ok
              FROM decided d GROUP BY 1
        ), above AS MATERIALIZED (
            SELECT t.confidence, t.n, t.ok, t.ok::double precision / t.n AS share, w.low
              FROM (SELECT DISTINCT d.confidence, count(*) OVER w AS n, count(*) FILTER (WHERE d.is_right) OVER w AS ok
                      FROM decided d WINDOW w AS (ORDER BY d.confidence DESC)) t
             CROSS JOIN LATERAL dbo.fn_wilson(t.ok, t.n) w)
        SELECT jsonb_build_object(
            'decisions', (SELECT count(*) FROM decided), 'right', (SELECT count(*) FROM decided WHERE is_right),
            'bands', (SELECT coalesce(jsonb_agg(jsonb_build_object('from', b.place / 20, 'to', (b.place + 1) / 20, 'decisions', b.n, 'right', b.ok,
                        'share', b.ok::double precision / b.n, 'low', w.low, 'high', w.high) ORDER BY b.place), '[]')
                        FROM band b CROSS JOIN LATERAL dbo.fn_wilson(b.ok, b.n) w),
            'precision', p_precision, 'needed', ceil(3.8414588 * p_precision / (1 - p_precision)),
            'threshold', (SELECT jsonb_build_object('confidence', a.confidence, 'decisions', a.n, 'right', a.ok, 'share', a.share, 'low', a.low)
                            FROM above a WHERE a.low >= p_precision ORDER BY a.confidence LIMIT 1),
            'estimate', (SELECT jsonb_build_object('confidence', a.confidence, 'decisions', a.n, 'right', a.ok, 'share', a.share, 'low', a.low)
                           FROM above a WHERE a.share >= p_precision ORDER BY a.confidence LIMIT 1)));
END $$;
