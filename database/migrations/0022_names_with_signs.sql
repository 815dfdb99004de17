-- Names that end in "+" or "#" (C++, C#) have keys of their own now. Where all that was said under a key has one such key, the name
-- takes it. A key under which both was said (C and C++) stays; what is read from now on is told apart.
DO $$
DECLARE
    v_family record;
BEGIN
    IF to_regprocedure('dbo.fn_name_key(text)') IS NULL THEN
        RETURN; -- a new database
    END IF;
    CREATE TEMP TABLE said_name ON COMMIT DROP AS SELECT m.tenant_id, m.name_id, m.said_name AS name FROM dbo.entity_mention m;
    FOR v_family IN SELECT f.table_name, f.name_column FROM dbo.dimension_family f LOOP
        EXECUTE format('INSERT INTO said_name SELECT t.tenant_id, t.name_id, t.%I FROM %s t', v_family.name_column, v_family.table_name::regclass);
    END LOOP;
    CREATE TEMP TABLE signed_name ON COMMIT DROP AS
    SELECT s.tenant_id, s.name_id, min(s.name_key) AS name_key
      FROM (SELECT n.tenant_id, n.name_id,
                   -- as letters that the key keeps, and then without those that do not end a word
                   translate(btrim(regexp_replace(regexp_replace(dbo.fn_name_key(translate(n.name, '+#', U&'\E001\E002')),
                       '(?<![^ ])[\ue001\ue002]+|[\ue001\ue002]+(?=[^ \ue001\ue002])', ' ', 'g'), ' +', ' ', 'g')), U&'\E001\E002', '+#') AS name_key
              FROM said_name n WHERE n.name_id IN (SELECT w.name_id FROM said_name w WHERE w.name ~ '[[:alnum:]][+#]')) s
     WHERE s.name_key <> ''
     GROUP BY s.tenant_id, s.name_id
    HAVING count(DISTINCT s.name_key) = 1;
    DELETE FROM signed_name s USING dbo.name n
     WHERE n.tenant_id = s.tenant_id AND (n.name_id = s.name_id AND n.name_key = s.name_key OR n.name_id <> s.name_id AND n.name_key = s.name_key);
    UPDATE dbo.name n SET name_key = s.name_key FROM signed_name s WHERE n.tenant_id = s.tenant_id AND n.name_id = s.name_id;
    FOR v_family IN SELECT f.table_name FROM dbo.dimension_family f LOOP
        EXECUTE format('UPDATE %s t SET name_key = s.name_key FROM signed_name s WHERE t.tenant_id = s.tenant_id AND t.name_id = s.name_id', v_family.table_name::regclass);
    END LOOP;
END $$;
