-- Trigger on dbo.evidence: marks the pages that got or lost some, whose part of the review queue is stale now
-- (dbo.usp_refresh_review). Only adds rows, so it never waits. Writes dbo.review_stale_page.
CREATE OR REPLACE FUNCTION dbo.fn_mark_evidence_for_review() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO dbo.review_stale_page (tenant_id, source_page_id) SELECT DISTINCT n.tenant_id, n.source_page_id FROM new_rows n;
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
