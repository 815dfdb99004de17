-- What reading a part of the review queue begins with: limit and cursor are looked at (p_cursor: what "next" looks like, as a regular
-- expression), and the kept queue is brought up to date (5,000 marks at most), except in a read-only transaction.
-- Writes what dbo.usp_refresh_review writes. AL005: limit or cursor out of range.
CREATE OR REPLACE FUNCTION dbo.usp_open_review_part(p_tenant_id integer, p_limit integer, p_after text, p_cursor text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF p_limit IS NULL OR p_limit NOT BETWEEN 1 AND 500 OR p_after !~ p_cursor THEN
        RAISE EXCEPTION USING ERRCODE = 'AL005', MESSAGE = 'what waits is read in parts of 1 to 500, each after the "next" of the one before';
    END IF;
    IF current_setting('transaction_read_only') = 'off' THEN
        PERFORM dbo.usp_refresh_review(p_tenant_id, 5000);
    END IF;
END $$;
