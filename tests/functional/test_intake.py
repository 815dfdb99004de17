"""Taking in what people have: dumps, JSON Lines, PDF, standard input."""
import bz2
import json
import re

from home import HomeCase

DUMP = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
  <siteinfo><sitename>Coast Wiki</sitename><base>https://coast.example/wiki/Main_Page</base>
    <namespaces><namespace key="0" /><namespace key="1">Talk</namespace><namespace key="6">Bild</namespace></namespaces>
  </siteinfo>
  %s
</mediawiki>
"""


def page(title: str, text: str, namespace: int = 0, more: str = "") -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return (f"<page><title>{title}</title><ns>{namespace}</ns><id>7</id>{more}<revision><id>8</id>"
            f"<timestamp>2024-01-02T03:04:05Z</timestamp><model>wikitext</model><text>{escaped}</text></revision></page>")


def pdf(*pages: str) -> bytes:
    """A PDF with one line of text on each page."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for words in pages:
        stream = f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {len(objects)} 0 R "
                       "/Resources << /Font << /F1 3 0 R >> >> >>")
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (f"{out}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer << /Size {len(objects) + 1} /Root 1 0 R >>\n"
            f"startxref\n{len(out)}\n%%EOF\n").encode("latin-1")


class Intake(HomeCase):
    def ingest(self, *arguments, status=0, **more) -> dict:
        result = self.home.run("ingest", "--json", *arguments, **more)
        self.assertDone(result, status)
        return json.loads(result.out)

    def text(self, title: str) -> str:
        return self.home.sql(f"SELECT translate(text, E'\\n', '¶') FROM sem.source_page WHERE title = '{title}' "
                             "ORDER BY version DESC LIMIT 1")[0][0]


class JsonLines(Intake):
    def test_good_lines_are_pages_and_bad_ones_are_listed_by_number_and_reason(self):
        lines = [json.dumps({"id": 1, "title": "Lamp", "url": "https://l.example/lamp", "content": "The lamp burns."}),
                 '{"id": 2, "content": ', "", '["no object"]', '{"id": 3}', json.dumps({"id": "x-4", "content": "<html><body><p>A mast.</p></body></html>"})]
        done = self.ingest(self.home.write("some.jsonl", "\n".join(lines).encode()), status=3)
        self.assertEqual(2, done["pages"])
        self.assertEqual(3, done["refusals"])
        for refusal, (number, reason) in zip(done["refused"], [(2, "JSON"), (4, "object"), (5, "content")]):
            self.assertTrue(refusal["path"].endswith(f"some.jsonl, line {number}"), refusal)
            self.assertIn(reason, refusal["reason"])
        self.assertEqual("The lamp burns.", self.text("Lamp"))
        locators = {row[0].rsplit("/", 1)[-1] for row in self.home.sql("SELECT locator FROM sem.source_page")}
        self.assertLessEqual({"lamp", "some.jsonl#x-4"}, locators)

    def test_standard_input_is_told_by_looking_or_by_type(self):
        line = json.dumps({"id": 5, "title": "Piped", "content": "A page through a pipe."})
        self.assertEqual(1, self.ingest("-", input=line)["pages"])
        self.assertEqual("A page through a pipe.", self.text("Piped"))
        self.assertEqual(1, self.ingest("-", input="<html><title>Sail</title><body><p>The sail is red.</p></body></html>")["pages"])
        self.assertEqual("The sail is red.", self.text("Sail"))
        self.ingest("-", "--type", "markdown", input="# Oar\n\nAn *oar* of ash.")
        self.assertEqual("# Oar¶¶An oar of ash.", self.text("Oar"))

    def test_one_page_is_told_of_as_one(self):
        self.assertIn("1 page, new; ", self.home.run("ingest", self.home.write("mast.txt", "A mast.")).out)
        self.assertIn("1 page, known already; 0 jobs wait", self.home.run("ingest", self.home.inputs / "mast.txt").out)
        self.assertIn("2 pages, 1 of them new; ", self.home.run("ingest", self.home.inputs / "mast.txt", self.home.write("oar.txt", "An oar.")).out)

    def test_an_unknown_type_is_wrong_use(self):
        self.assertEqual(2, self.home.run("ingest", "-", "--type", "spreadsheet").status)


class Dumps(Intake):
    def test_a_dump_gives_articles_as_text_and_redirects_as_names(self):
        dump = DUMP % (page("Brass Coast", "{{Infobox place\n| name = Brass Coast\n| ruler = [[Veyra|Queen Veyra]]<ref>x</ref>\n}}\n"
                            "The '''Brass Coast''' lies &amp; sleeps.<!-- no -->\n== Towns ==\n* [[Saltmarsh]]\n* Harrow\n[[Category:Coasts]]") +
                       page("Old Coast", "#REDIRECT [[Brass Coast]]", more='<redirect title="Brass Coast" />') +
                       page("Talk:Brass Coast", "Words.", 1))
        done = self.ingest(self.home.write("coast.xml", dump.encode()))
        self.assertEqual((1, 1, 1), (done["pages"], done["redirects"], done["left_out"]))
        self.assertEqual("Infobox place¶name: Brass Coast¶ruler: Queen Veyra¶¶The Brass Coast lies & sleeps.¶¶## Towns¶¶- Saltmarsh¶"
                         "- Harrow¶¶Categories: Coasts", self.text("Brass Coast"))
        self.assertIn(["Old Coast", "Brass Coast"], self.home.sql("SELECT from_title, to_title FROM ingest.redirect"))
        self.assertEqual([["https://coast.example/wiki/Brass_Coast"]],
                         self.home.sql("SELECT locator FROM sem.source_page WHERE title = 'Brass Coast'"))
        self.assertEqual(1, self.ingest(self.home.inputs / "coast.xml", "--namespaces", "1")["pages"])

    def test_the_same_dump_packed_costs_nothing_and_a_changed_page_is_a_new_version(self):
        pages = [page(f"Ship {n}", f"Ship {n} sails.") for n in range(30)]
        plain = (DUMP % "".join(pages)).encode()
        self.assertEqual(30, self.ingest(self.home.write("a.xml", plain))["new_pages"])
        streams = bz2.compress(plain[:700]) + bz2.compress(plain[700:])
        again = self.ingest(self.home.write("b.xml.bz2", streams))
        self.assertEqual((30, 0, 0), (again["pages"], again["new_pages"], again["jobs_enqueued"]))
        pages[3] = page("Ship 3", "Ship 3 sank.")
        changed = self.ingest(self.home.write("c.xml.bz2", bz2.compress((DUMP % "".join(pages)).encode())))
        self.assertEqual(1, changed["new_pages"])
        self.assertEqual([["2"]], self.home.sql("SELECT max(version) FROM sem.source_page WHERE title = 'Ship 3'"))

    def test_thousands_of_pages_keep_their_order_and_a_title_that_comes_again_is_a_later_version(self):
        pages = [page(f"Buoy {n}", f"Buoy {n} rings.") for n in range(1700)]
        for at, words in ((600, "rings twice"), (601, "rings thrice"), (1200, "is gone")):
            pages.insert(at, page("Buoy 3", f"Buoy 3 {words}."))
        done = self.ingest(self.home.write("buoys.xml", (DUMP % "".join(pages)).encode()))
        self.assertEqual((1703, 1703, 0), (done["pages"], done["new_pages"], done["jobs_enqueued"] % 1703))
        self.assertEqual([["1", "Buoy 3 rings."], ["2", "Buoy 3 rings twice."], ["3", "Buoy 3 rings thrice."], ["4", "Buoy 3 is gone."]],
                         self.home.sql("SELECT version, text FROM sem.source_page WHERE title = 'Buoy 3' ORDER BY version"))
        told = dict(self.home.sql("SELECT source_page_id, title FROM sem.source_page WHERE title LIKE 'Buoy %'"))
        self.assertEqual([f"Buoy {n}" for n in range(500)], [told[str(page_id)] for page_id in done["source_page_ids"][:500]])
        self.assertEqual(sorted(done["source_page_ids"][:500]), done["source_page_ids"][:500])
        self.assertEqual(0, self.ingest(self.home.inputs / "buoys.xml")["new_pages"])

    def test_pages_before_the_place_where_a_dump_is_cut_off_are_taken_in(self):
        whole = (DUMP % (page("First", "Kept.") + page("Second", "Lost."))).encode()
        done = self.ingest(self.home.write("cut.xml", whole[:whole.index(b"Lost")]), status=3)
        self.assertEqual(1, done["pages"])
        self.assertIn("cut off", done["refused"][0]["reason"])

    def test_a_dump_with_entities_of_its_own_is_not_read(self):
        bomb = '<?xml version="1.0"?><!DOCTYPE mediawiki [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + DUMP % page("Bomb", "x")
        done = self.ingest(self.home.write("bomb.xml", bomb.encode()), status=1)
        self.assertIn("document type", done["refused"][0]["reason"])


class Charsets(Intake):
    def test_pages_of_other_charsets_are_read_by_what_they_declare_or_look_like(self):
        latin = "Die Fähre fährt über die Bucht, und Zoë hält das Öl für die Lampen bereit. “Nein”, sagt sie – für 5 €." * 3
        japanese, chinese = "灯台守のリンヘは毎晩ランプに火をともす。" * 12, "黄铜海岸的守灯人每天晚上点亮灯塔。" * 12
        cases = {"declared-1252": (latin, "windows-1252", "iso-8859-1"), "declared-sjis": (japanese, "shift_jis", "Shift_JIS"), "declared-gb": (chinese, "gb18030", "gb2312"),
                 "bare-1252": (latin, "windows-1252", None), "bare-sjis": (japanese, "shift_jis", None), "bare-gb": (chinese, "gb18030", None),
                 "utf-16": (japanese, "utf-16", None), "utf-16-bare": (latin, "utf-16-le", None)}
        for name, (words, charset, declared) in cases.items():
            meta = f"<meta charset='{declared}'>" if declared else ""
            self.home.write(f"charsets/{name}.html", f"<html><head>{meta}<title>{name}</title></head><body><p>{words}</p></body></html>".encode(charset))
        self.assertEqual(len(cases), self.ingest(self.home.inputs / "charsets")["new_pages"])
        for name, (words, _, _) in cases.items():
            self.assertEqual(words, self.text(name), name)


class Pdf(Intake):
    def test_a_pdf_is_read_and_a_page_of_it_ends_a_paragraph(self):
        self.ingest(self.home.write("two.pdf", pdf("Veyra ruled the coast.", "Linhe kept the lamp.")))
        text = self.home.sql("SELECT translate(text, E'\\n', '¶') FROM sem.source_page WHERE locator LIKE '%two.pdf'")[0][0]
        self.assertTrue(re.fullmatch("Veyra ruled the coast.¶¶Linhe kept the lamp.", text), text)

    def test_a_broken_one_has_a_reason_that_the_database_remembers(self):
        done = self.ingest(self.home.write("broken.pdf", b"%PDF-1.4\n" + bytes(range(256)) * 9), status=1)
        self.assertIn("damaged", done["refused"][0]["reason"])
        self.assertEqual([["refused", "1"]],
                         self.home.sql("SELECT state, attempts FROM ingest.work_item WHERE locator LIKE '%broken.pdf'"))
