BEGIN;
SELECT plan(20);
SELECT is(dbo.fn_name_key(name), key, format('"%s" has the key "%s"', name, key)) FROM (VALUES
    ('  Obi-Wan   Kenobi ', 'obi wan kenobi'), ('Lúthien Tinúviel', 'luthien tinuviel'), ('Łódź', 'lodz'), ('Straße', 'strasse'),
    ('Ærø', 'aero'), ('ΟΔΥΣΣΕΎΣ', 'οδυσσευσ'), ('Йошкар-Ола', 'иошкар ола'), ('ﬁle №5', 'file no5'), ('R2-D2', 'r2 d2'),
    ('“Quoted”', 'quoted'), ('İzmir', 'izmir'), ('Straße‐Name', 'strasse name'), ('C3PO™', 'c3potm'), ('e' || U&'\0301' || 'a', 'ea'),
    ('東京', '東京'), ('!!!', '!!!'), ('🦊', '🦊')) n(name, key);
SELECT isnt(dbo.fn_name_key('कि'), dbo.fn_name_key('क'), 'vowel signs of other scripts are letters');
SELECT is(dbo.fn_type_key('  Military unit'), 'military_unit', 'types are lower case, joined by _');
SELECT is(dbo.fn_union_attributes(ARRAY[dbo.fn_union_attributes(ARRAY['{"a": 1}', '{"a": [2, 1]}']::jsonb[]), '{"b": null, "a": 3}']),
    dbo.fn_union_attributes(ARRAY['{"a": 3}', dbo.fn_union_attributes(ARRAY['{"a": 2}', '{"a": 1}']::jsonb[])]), 'attributes join alike in any grouping');
SELECT * FROM finish();
ROLLBACK;
