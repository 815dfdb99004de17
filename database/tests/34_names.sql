BEGIN;
LOCK TABLE dbo.name IN SHARE ROW EXCLUSIVE MODE; -- tests beside this one use the same names, in other orders
SELECT plan(28);
SELECT is(dbo.fn_name_key(name), key, format('"%s" has the key "%s"', name, key)) FROM (VALUES
    ('  Obi-Wan   Kenobi ', 'obi wan kenobi'), ('Lúthien Tinúviel', 'luthien tinuviel'), ('Łódź', 'lodz'), ('Straße', 'strasse'),
    ('Ærø', 'aero'), ('ΟΔΥΣΣΕΎΣ', 'οδυσσευσ'), ('Йошкар-Ола', 'иошкар ола'), ('ﬁle №5', 'file no5'), ('R2-D2', 'r2 d2'),
    ('“Quoted”', 'quoted'), ('İzmir', 'izmir'), ('Straße‐Name', 'strasse name'), ('C3PO™', 'c3potm'), ('e' || U&'\0301' || 'a', 'ea'),
    ('東京', '東京'), ('!!!', '!!!'), ('🦊', '🦊'), ('C', 'c'), ('C++', 'c++'), ('C#', 'c#'), ('C♯', 'c#'), ('a+b, #c', 'a b c'),
    ('“É++”', 'e++'), ('++', '++')) n(name, key);
SELECT isnt(dbo.fn_name_key('कि'), dbo.fn_name_key('क'), 'vowel signs of other scripts are letters');
SELECT tap.route_entities(c[1], tap.entity(c[1], 'C', 'language'), tap.entity(c[1], 'C++', 'language'), tap.entity(c[1], 'C#', 'language'), tap.entity(c[1], 'c++', 'language'))
  FROM tap.chunks(1, 'languages', 'C, C++ and C# are three languages; c++ is the second.') c;
SELECT set_eq($$SELECT entity_name FROM dbo.dim_entity WHERE name_key IN ('c', 'c++', 'c#') AND tenant_id = 1$$, '{C,C++,C#}'::text[], 'C, C++ and C# are three entities');
SELECT is(dbo.fn_type_key('  Military unit'), 'military_unit', 'types are lower case, joined by _');
SELECT is(dbo.fn_union_attributes(ARRAY[dbo.fn_union_attributes(ARRAY['{"a": 1}', '{"a": [2, 1]}']::jsonb[]), '{"b": null, "a": 3}']),
    dbo.fn_union_attributes(ARRAY['{"a": 3}', dbo.fn_union_attributes(ARRAY['{"a": 2}', '{"a": 1}']::jsonb[])]), 'attributes join alike in any grouping');
SELECT * FROM finish();
ROLLBACK;
