"""The main job over what people have: a packed dump, JSON Lines, PDF and standard input, from bytes to what is known."""
import bz2
import json

from endpoint import EndpointCase
from test_intake import DUMP, page, pdf
from test_web_intake import Site


class RunOverFormats(EndpointCase):
    def setUp(self):
        super().setUp()
        self.home.settings |= {"ingest": {"allow_private_addresses": True, "requests_per_minute": 0}}

    def test_every_format_ends_as_knowledge_with_evidence_in_its_own_page(self):
        site = Site()
        self.addCleanup(site.close)
        site.html("/isle", "Tove Harrow rows to the isle.")
        dump = DUMP % (page("Kestrel Point", "{{Infobox place\n| name = Kestrel Point\n| ruler = [[Brannoc|Duke Brannoc]]\n}}\n'''Kestrel Point''' guards the bay.") +
                       page("The Point", "#REDIRECT [[Kestrel Point]]", more='<redirect title="Kestrel Point" />') + page("Talk:Kestrel Point", "Chatter.", 1))
        inputs = [self.home.write("coast.xml.bz2", bz2.compress(dump.encode())),
                  self.home.write("some.jsonl", json.dumps({"id": 1, "title": "Ash", "content": "Ilse Varden keeps the ash tree."})),
                  self.home.write("two.pdf", pdf("Marek Thorn sailed from Saltmarsh.")), site.url("/isle"), "-"]
        source = "Piet Hollow mends the nets."
        done = self.home.run("run", "--json", *inputs, input=source)
        self.assertDone(done)
        self.assertEqual(5, self.home.number("SELECT count(*) FROM sem.source_page WHERE title NOT LIKE 'Buoy%'"))
        self.assertEqual([], self.home.sql("SELECT job_type, status FROM llm.vw_job WHERE status <> 'SUCCEEDED'"))
        for name, where in {"Kestrel Point": "/wiki/Kestrel_Point", "Duke Brannoc": "/wiki/Kestrel_Point", "Ilse Varden": "some.jsonl#1", "Marek Thorn": "two.pdf", "Tove Harrow": "/isle", "Piet Hollow": "stdin"}.items():
            shown = self.home.run("show", "--json", name)
            self.assertDone(shown)
            evidence = shown.json()["matches"][0]["evidence"][0]
            self.assertTrue(evidence["locator"].endswith(where), evidence)
        self.assertEqual([], self.home.sql("SELECT v.quote FROM dbo.evidence v JOIN sem.source_page p USING (source_page_id) "
                                           "WHERE v.grounding = 'exact' AND substr(p.text, v.char_start + 1, v.char_end - v.char_start) <> v.quote"))
        redirected = self.home.run("show", "--json", "the point")
        self.assertDone(redirected)
        self.assertEqual("Kestrel Point", redirected.json()["matches"][0]["name"])
        self.assertIn("The Point", redirected.json()["matches"][0]["aliases"])
        calls = self.endpoint.calls
        self.assertDone(self.home.run("run", *inputs, input=source))
        self.assertEqual(calls, self.endpoint.calls, "the same again asked the model")

    def test_a_changed_page_of_a_dump_asks_about_that_page_only(self):
        pages = [page(f"Buoy {n}", f"Buoy Keeper Number{n} watches.") for n in range(6)]
        self.assertDone(self.home.run("run", self.home.write("buoys.xml", DUMP % "".join(pages))))
        pages[2] = page("Buoy 2", "Buoy Keeper Hanno watches.")
        before = self.home.number("SELECT max(job_id) FROM llm.vw_job")
        self.assertDone(self.home.run("run", self.home.write("later.xml", DUMP % "".join(pages))))
        self.assertEqual([["Buoy 2", "2"]], self.home.sql("SELECT DISTINCT p.title, p.version FROM llm.vw_job j JOIN sem.source_page p "
                                                          f"USING (source_page_id) WHERE j.job_id > {before}"))

    def test_of_a_changed_page_only_the_changed_chunks_are_asked_about(self):
        self.home.settings["chunk"] = {"maximum_tokens": 120, "overlap_tokens": 0, "minimum_tokens": 20}
        parts = [" ".join(f"Keeper Number{n} of Light{k} watches the sea and writes what he sees." for k in range(8)) for n in range(12)]
        self.assertDone(self.home.run("run", self.home.write("keepers.txt", "\n\n".join(parts))))
        chunks = self.home.number("SELECT count(*) FROM vector.chunk c JOIN sem.source_page p USING (source_page_id) WHERE p.locator LIKE '%keepers.txt'")
        self.assertGreater(chunks, 8)
        before = self.home.number("SELECT max(job_id) FROM llm.vw_job")
        parts[5] = parts[5].replace("writes what he sees", "guards what he sees")  # as long: the cuts stay where they are
        self.assertDone(self.home.run("run", self.home.write("keepers.txt", "\n\n".join(parts))))
        asked = self.home.sql(f"SELECT DISTINCT c.content ~ 'guards' FROM llm.vw_job j JOIN vector.chunk c USING (chunk_id) WHERE j.job_id > {before}")
        self.assertEqual([["t"]], asked)
        self.assertLessEqual(self.home.number(f"SELECT count(DISTINCT chunk_id) FROM llm.vw_job WHERE job_id > {before}"), 2)
        before = self.home.number("SELECT max(job_id) FROM llm.vw_job")
        parts.insert(0, "A page about the keepers begins with a line that was not there before.")
        self.assertDone(self.home.run("run", self.home.write("keepers.txt", "\n\n".join(parts))))
        asked = self.home.sql(f"SELECT DISTINCT left(c.content, 6) FROM llm.vw_job j JOIN vector.chunk c USING (chunk_id) WHERE j.job_id > {before}")
        self.assertEqual([["A page"]], asked, "an insertion shifted the chunks behind it")

    def test_what_could_not_be_read_is_listed_and_the_rest_is_learnt(self):
        done = self.home.run("run", self.home.write("fine.txt", "Lisbet Crane keeps bees."), self.home.write("broken.pdf", b"%PDF-1.4\n" + bytes(range(256)) * 9),
                             self.home.write("cut.xml", (DUMP % page("Wren Isle", "Wren Isle is small."))[:-40]))
        self.assertDone(done, 3)
        for words in ("broken.pdf: ", "cut.xml: ", "cut off"):
            self.assertIn(words, done.err)
        self.assertEqual("Lisbet Crane", self.home.run("show", "--json", "Lisbet Crane").json()["matches"][0]["name"])
