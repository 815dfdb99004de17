-- Trigger: nobody changes or takes away what is in the audit of decisions, whatever rights they have. AL023.
CREATE OR REPLACE FUNCTION dbo.fn_refuse_audit_change() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, public AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'AL023', MESSAGE = 'the audit of decisions only grows: its rows are never changed or taken away';
END $$;
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON dbo.audit_entity_adjudication
    FOR EACH ROW EXECUTE FUNCTION dbo.fn_refuse_audit_change();
CREATE OR REPLACE TRIGGER refuse_truncate BEFORE TRUNCATE ON dbo.audit_entity_adjudication
    FOR EACH STATEMENT EXECUTE FUNCTION dbo.fn_refuse_audit_change();
ALTER TABLE dbo.audit_entity_adjudication ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE dbo.audit_entity_adjudication ENABLE ALWAYS TRIGGER refuse_truncate;
