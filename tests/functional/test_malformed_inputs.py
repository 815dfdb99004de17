"""Some hundred malformed inputs: no crash, no hang, and a page or a reason for each."""
import bz2
import json
import random

from home import HomeCase
from test_intake import DUMP, page, pdf

DUMP_BYTES = (DUMP % "".join(page(f"Ship {n}", f"{{{{Infobox|a={n}}}}}\n'''Ship {n}''' sails [[there|on]] & on.") for n in range(20))).encode()
LINES = "".join(json.dumps({"id": n, "title": f"T{n}", "content": f"Words of line {n}."}) + "\n" for n in range(20)).encode()
HTML = b"<html><head><meta charset='utf-8'><title>T</title></head><body><h1>H</h1><table><tr><td>c</td></tr></table><p>Words \xc3\xa9.</p></body></html>"
WHOLE = {"dump.xml": DUMP_BYTES, "dump.xml.bz2": bz2.compress(DUMP_BYTES), "lines.jsonl": LINES, "page.html": HTML,
         "page.pdf": pdf("Veyra ruled the coast.", "Linhe kept the lamp."), "page.txt": "Zoë’s words.\n".encode() * 20}


def damaged(data: bytes, chance: random.Random) -> bytes:
    """One of the ways in which files break."""
    at = chance.randrange(1, len(data))
    match chance.randrange(7):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + bytes(chance.randrange(256) for _ in range(20)) + data[at + 20:]
        case 2:
            return data[at:]
        case 3:
            return data[:at] + data[at // 2:]
        case 4:
            return data.decode("latin-1").encode(chance.choice(["utf-16", "utf-32-be", "utf-7", "cp037"]))
        case 5:
            return data[:at] + data[at:].replace(b"<", b"<<").replace(b"}", b"")
        case _:
            return data[:at] + b"\0" * 300 + data[at:]


def extremes() -> dict[str, bytes]:
    return {
        "empty.xml": b"", "empty.bz2": b"", "bare.bz2": b"BZh9", "empty.jsonl": b"",
        "bomb.xml.bz2": bz2.compress(bytes(150_000_000)),
        "bomb-in-a-page.xml.bz2": bz2.compress((DUMP % page("Bomb", "MARK")).encode().replace(b"MARK", b"x" * 150_000_000)),
        "twice.xml.bz2": bz2.compress(bz2.compress(DUMP_BYTES)), "endless-line.jsonl": b'{"content": "' + b"x" * 3_000_000,
        "endless-line.txt": b"word " * 400_000, "endless-word.html": b"<p>" + b"x" * 2_000_000, "deep.jsonl": b"[" * 500_000,
        "deep.html": b"<div><b>" * 150_000, "deep.xml": b"<mediawiki>" + b"<page>" * 100_000,
        "deep-wikitext.xml": (DUMP % page("Deep", "{{a|[[b|" * 60_000)).encode(),
        "unclosed-wikitext.xml": (DUMP % page("Open", "<ref>{|\n|<!-" * 40_000)).encode(),
        "endless-tag.xml": b"<mediawiki><page " + b"a" * 12_000_000, "attributes.xml": b"<mediawiki " + b"".join(b"a%d='' " % n for n in range(50_000)) + b">",
        "laughs.xml": b"<!DOCTYPE mediawiki [<!ENTITY a 'ha'>" + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(20)) + b"]><mediawiki>&u;</mediawiki>",
        "outside.xml": b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><mediawiki/>", "other.xml": b"<rss><item/></rss>",
        "odd-charset.html": b"<meta charset='klingon'><p>\xff\xfe\x80 words</p>", "numbers.jsonl": b'{"content": 1e99999}\n{"id": -0, "content": "x"}\n',
        "loop.pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[2 0 R]/Count 99999999>>endobj trailer<</Root 1 0 R>>",
    }


class MalformedInputs(HomeCase):
    def test_each_is_read_or_refused_with_a_reason(self):
        chance = random.Random(20260101)
        files = {f"{n:03}-{name}": damaged(data, chance) for n in range(50) for name, data in WHOLE.items()} | extremes()
        for name, data in files.items():
            self.home.write(name, data)
        self.home.settings = {"ingest": {"maximum_page_bytes": 2_500_000}}
        result = self.home.run("ingest", "--json", self.home.inputs, timeout=300)
        self.assertDone(result, 3)
        done = json.loads(result.out)
        told = {refusal["path"] for refusal in done["refused"]}
        self.assertTrue(all(refusal["reason"].strip() for refusal in done["refused"]))
        locators = "\n".join(row[0] for row in self.home.sql("SELECT locator FROM sem.source_page"))
        silent = [name for name in files
                  if not any(name in path for path in told) and name not in locators and not name.endswith(("dump.xml", "dump.xml.bz2", "wikitext.xml"))]
        self.assertEqual(["empty.jsonl"], silent)
        for title in ("Ship_0", "Deep", "Open"):
            self.assertIn(f"https://coast.example/wiki/{title}", locators)
        for name in ("bomb.xml.bz2", "bomb-in-a-page.xml.bz2", "laughs.xml", "outside.xml", "endless-line.jsonl", "deep.xml", "loop.pdf"):
            self.assertTrue(any(name in path for path in told), name)
