-- Trigger on dbo.evidence: marks the pages that got or lost some, whose part of the review queue is stale now
-- (dbo.usp_refresh_review). Only adds rows, so it never waits; once in a hundred marks it brings the queue up to date itself,
-- unless somebody does, so that marks do not pile up where nobody reviews. Writes dbo.review_stale_page, the kept queue.
CREATE OR REPLACE FUNCTION dbo.fn_mark_evidence_for_review() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, public AS $$
DECLARE
    v_tenant_id integer;
BEGIN
    IF TG_OP <> 'DELETE' THEN
        WITH made AS (
            INSERT INTO dbo.review_stale_page (tenant_id, source_page_id) SELECT DISTINCT n.tenant_id, n.source_page_id FROM new_rows n
            RETURNING tenant_id, mark_id)
        SELECT m.tenant_id INTO v_tenant_id FROM made m WHERE m.mark_id % 100 = 0 LIMIT 1;
        IF v_tenant_id IS NOT NULL THEN
            PERFORM dbo.usp_refresh_review(v_tenant_id, 200);
        END IF;
    ELSE
        INSERT INTO dbo.review_stale_page (tenant_id, source_page_id) SELECT DISTINCT o.tenant_id, o.source_page_id FROM old_rows o;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER mark_new_for_review AFTER INSERT ON dbo.evidence
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION dbo.fn_mark_evidence_for_review();
CREATE OR REPLACE TRIGGER mark_changed_for_review AFTER UPDATE ON dbo.evidence
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION dbo.fn_mark_evidence_for_review();
CREATE OR REPLACE TRIGGER mark_lost_for_review AFTER DELETE ON dbo.evidence
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION dbo.fn_mark_evidence_for_review();
