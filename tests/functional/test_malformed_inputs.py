"""A thousand malformed inputs: no crash, no hang, and a page or a reason for each."""
import bz2
import gzip
import json
import random

from home import HomeCase
from test_intake import DUMP, page, pdf

DAMAGED = 960
HTML = "<html><head><meta charset='utf-8'><title>T</title></head><body><h1>H</h1><table><tr><td>c</td></tr></table><p>Words é {n}.</p></body></html>"
MARKDOWN = "# Zoë {n}\n\n* a [link](http://a.example/b)\n* `code`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nx = 1\n```\n"


def whole(kind: str, n: int) -> bytes:
    """A sound file; a dump's titles tell which file they are from."""
    if kind.startswith("dump"):
        dump = (DUMP % "".join(page(f"Ship {n}x{k}", f"{{{{Infobox|a={k}}}}}\n'''Ship {k}''' sails [[there|on]] & on.") for k in range(8))).encode()
        return bz2.compress(dump) if kind.endswith("bz2") else dump
    if kind == "lines.jsonl":
        return "".join(json.dumps({"id": k, "title": f"T{k}", "content": f"Words of line {k} in {n}."}) + "\n" for k in range(8)).encode()
    if kind == "page.pdf":
        return pdf("Veyra ruled the coast.", f"Linhe kept lamp {n}.")
    text = {"page.html": HTML, "page.md": MARKDOWN, "page.txt": "Zoë’s words, {n}.\n" * 20}[kind]
    return text.replace("{n}", str(n)).encode()


KINDS = ["dump.xml", "dump.xml.bz2", "lines.jsonl", "page.html", "page.pdf", "page.txt", "page.md"]


def damaged(data: bytes, chance: random.Random) -> bytes:
    """One of the ways in which files break."""
    at = chance.randrange(1, len(data))
    match chance.randrange(12):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + chance.randbytes(20) + data[at + 20:]
        case 2:
            return data[at:]
        case 3:
            return data[:at] + data[at // 2:]
        case 4:
            return data.decode("latin-1").encode(chance.choice(["utf-16", "utf-32-be", "utf-7", "cp037", "utf-16-le"]))
        case 5:
            return data[:at] + data[at:].replace(b"<", b"<<").replace(b"}", b"")
        case 6:
            return data[:at] + b"\0" * 300 + data[at:]
        case 7:
            return bz2.compress(data[:at])
        case 8:
            return bz2.compress(bz2.compress(data))[:chance.choice([10, 60, None])]
        case 9:
            return gzip.compress(data)
        case 10:
            return data[:at] + chance.choice([b"<div>", b"[", b"{{", b"{|", b"> ", b"<ref>", b"&amp;", b"\xf0\x9f\x9a", b"\xed\xa0\x80"]) * 3000 + data[at:]
        case _:
            flipped = bytearray(data)
            for _ in range(chance.randrange(1, 12)):
                flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
            return bytes(flipped)


def extremes() -> dict[str, bytes]:
    dump = whole("dump.xml", 0)
    return {
        "empty.xml": b"", "empty.bz2": b"", "bare.bz2": b"BZh9", "empty.jsonl": b"", "empty.md": b"", "blank.html": b" \n\t" * 1000, "zeros.txt": bytes(100_000),
        "bomb.xml.bz2": bz2.compress(bytes(150_000_000)),
        "bomb-in-a-page.xml.bz2": bz2.compress((DUMP % page("Bomb", "MARK")).encode().replace(b"MARK", b"x" * 150_000_000)),
        "twice.xml.bz2": bz2.compress(bz2.compress(dump)), "thrice.xml.bz2": bz2.compress(bz2.compress(bz2.compress(bytes(30_000_000)))),
        "many-streams.xml.bz2": bz2.compress(b"<mediawiki>") + bz2.compress(b" ") * 3000, "tail.xml.bz2": bz2.compress(dump) + b"garbage" * 1000,
        "endless-line.jsonl": b'{"content": "' + b"x" * 3_000_000, "endless-line.txt": b"word " * 400_000, "endless-word.html": b"<p>" + b"x" * 2_000_000,
        "endless-line.md": b"*a* _b_ `c` [d](e) " * 100_000, "endless-attribute.html": b"<p class='" + b"x" * 2_000_000, "endless-entity.html": b"&" + b"x" * 2_000_000,
        "deep.jsonl": b"[" * 500_000, "deep-objects.jsonl": b'{"content":' * 200_000, "deep.html": b"<div><b>" * 150_000, "deep-tables.html": b"<table><tr><td>" * 60_000,
        "deep-quotes.md": b">" * 200_000 + b" x", "deep-lists.md": b"".join(b" " * (2 * n) + b"* x\n" for n in range(1200)), "brackets.md": b"[" * 100_000, "stars.md": b"*a_" * 100_000,
        "backticks.md": b"`" * 50_000 + b" x " + b"`" * 49_999, "links.md": b"[a](" * 50_000, "deep.xml": b"<mediawiki>" + b"<page>" * 100_000,
        "deep-wikitext.xml": (DUMP % page("Deep", "{{a|[[b|" * 60_000)).encode(),
        "unclosed-wikitext.xml": (DUMP % page("Open", "<ref>{|\n|<!-" * 40_000)).encode(),
        "links-wikitext.xml": (DUMP % page("Links", "[[a|[[b|[http://c " * 30_000)).encode(),
        "tables-wikitext.xml": (DUMP % page("Tables", "{|\n! a !! b\n|-\n| " * 20_000)).encode(),
        "endless-tag.xml": b"<mediawiki><page " + b"a" * 12_000_000, "attributes.xml": b"<mediawiki " + b"".join(b"a%d='' " % n for n in range(50_000)) + b">",
        "laughs.xml": b"<!DOCTYPE mediawiki [<!ENTITY a 'ha'>" + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(20)) + b"]><mediawiki>&u;</mediawiki>",
        "outside.xml": b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><mediawiki/>", "other.xml": b"<rss><item/></rss>",
        "odd-charset.html": b"<meta charset='klingon'><p>\xff\xfe\x80 words</p>", "two-charsets.html": b"<meta charset='utf-16'><meta charset='shift_jis'><p>\x82\xa0 words</p>",
        "numbers.jsonl": b'{"content": 1e99999}\n{"id": -0, "content": "x"}\n', "surrogate.jsonl": b'{"id": 1, "content": "\\ud800 lone"}\n{"id": 2, "content": "ends\\u0000here"}\n',
        "twice-named.jsonl": b'{"id": 1, "id": 2, "content": "a", "content": "b"}\n', "byte-order.jsonl": b"\xef\xbb\xbf" + whole("lines.jsonl", 0),
        "loop.pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[2 0 R]/Count 99999999>>endobj trailer<</Root 1 0 R>>",
        "deep.pdf": b"%PDF-1.4\n1 0 obj" + b"[" * 200_000, "length.pdf": pdf("Words.").replace(b"/Length ", b"/Length 99999999999"), "size.pdf": pdf("Words.").replace(b"/Count 1", b"/Count 4294967295"),
        "programs.txt": b"\x7fELF" + bytes(range(256)) * 500,
    }


class MalformedInputs(HomeCase):
    def test_each_is_read_or_refused_with_a_reason(self):
        chance = random.Random(20260101)
        files = {f"{n:04}-{KINDS[n % len(KINDS)]}": damaged(whole(KINDS[n % len(KINDS)], n), chance) for n in range(DAMAGED)} | extremes()
        self.assertGreaterEqual(len(files), 1000)
        for name, data in files.items():
            self.home.write(name, data)
        self.home.settings = {"ingest": {"maximum_page_bytes": 2_500_000}}
        result = self.home.run("ingest", "--json", self.home.inputs, timeout=300)
        self.assertDone(result, 3)
        done = json.loads(result.out)
        untaken = done["refused"] + done["skipped"]
        self.assertTrue(all(one["reason"].strip() for one in untaken))
        told = "\n".join(one["path"] for one in untaken)
        locators = "\n".join(row[0] for row in self.home.sql("SELECT locator FROM sem.source_page"))
        self.assertEqual(len(untaken), done["refusals"] + done["skips"], "more were refused than are listed")
        silent = [name for name in files if name not in told and name not in locators and f"/Ship_{int(name[:4]) if name[:4].isdigit() else 'none'}x" not in locators]
        read = {"deep-wikitext.xml": "Deep", "unclosed-wikitext.xml": "Open", "links-wikitext.xml": "Links", "tables-wikitext.xml": "Tables"}
        self.assertEqual([], [name for name, title in read.items() if f"/wiki/{title}" not in locators])
        self.assertEqual([], sorted(set(silent) - set(read) - {"empty.jsonl"}))
        for name in ("bomb.xml.bz2", "bomb-in-a-page.xml.bz2", "laughs.xml", "outside.xml", "endless-line.jsonl", "deep.xml", "loop.pdf", "thrice.xml.bz2", "zeros.txt"):
            self.assertIn(name, told)
