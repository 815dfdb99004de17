#!/usr/bin/env python3
"""How fast pages are taken in beside well-known extractors, how much memory that takes, and whether dumps are read exactly.

Makes a MediaWiki dump, the same packed, JSON Lines and a folder of files of real wikitext (BENCH_EVAL names the
folder that holds mediawiki/, else ../shared/eval; without it, of prose made here), BENCH_MEGABYTES of each (default 20),
and gathers HTML pages from BENCH_HTML (default /usr/share/doc). Takes each into a home of its own: megabytes a second,
processor seconds, peak memory; the dump also ten times as long, for memory. The extractors of peers.py read the same dump and pages
in the same run, with the Python that BENCH_PEERS_PYTHON names (a virtual environment that has them): they make text only, while
Almagest also stores pages and payloads and enqueues their jobs. Then takes in the dumps of mediawiki/xml, and compares pages,
namespaces, redirects and text with mediawiki/*expected*.jsonl. BENCH_ONLY=dump,html,exact,… chooses parts.
"""
import bz2
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
from xml.sax.saxutils import escape

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("ALMAGEST_PROGRAM") or str(REPOSITORY / "build" / "almagest")
EVAL = pathlib.Path(os.environ.get("BENCH_EVAL") or REPOSITORY.parent / "shared" / "eval") / "mediawiki"
MEGABYTES = float(os.environ.get("BENCH_MEGABYTES") or 20)
HTML = pathlib.Path(os.environ.get("BENCH_HTML") or "/usr/share/doc")
PEERS_PYTHON = os.environ.get("BENCH_PEERS_PYTHON")
ONLY = set(filter(None, os.environ.get("BENCH_ONLY", "").split(",")))
HEAD = ('<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">\n  <siteinfo>\n    <base>https://bench.example/wiki/Main</base>\n'
        '    <namespaces>\n      <namespace key="0" />\n      <namespace key="10">Template</namespace>\n    </namespaces>\n  </siteinfo>\n')


def figure(name, value, unit, peer=None, peer_value=None, ratio=None, runs=1):
    print(json.dumps({"name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value,
                      "ratio": ratio, "runs": runs}), flush=True)


def say(sentence):
    print(f"bench: {sentence}", file=sys.stderr, flush=True)


class Home:
    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.environment = dict(os.environ, ALMAGEST_HOME=str(folder))

    def run(self, *arguments):
        """Standard output, wall seconds, processor seconds and peak memory (MB) of the program itself."""
        began = time.monotonic()
        process = subprocess.Popen([PROGRAM, *map(str, arguments)], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 3):
            raise RuntimeError(f"almagest {' '.join(map(str, arguments))} ended with {process.returncode}")
        return out.decode(), time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024

    def sql(self, query):
        return json.loads(self.run("sql", "--json", query)[0])["rows"]

    def __enter__(self):
        self.run("sql", "SELECT 1")  # makes the cluster
        return self

    def __exit__(self, *_):
        self.run("db", "stop")
        cluster = self.folder / "cluster"
        shutil.rmtree(cluster.resolve(), ignore_errors=True)  # may lie elsewhere when root made it
        shutil.rmtree(self.folder, ignore_errors=True)


def texts(megabytes):
    """Pairs of title and wikitext, each title once."""
    kinds = [path.read_text(encoding="utf-8") for path in sorted((EVAL / "wikitext").glob("*.txt"))] if EVAL.is_dir() else []
    if not kinds:
        chance = random.Random(1)
        kinds = ["'''Ship''' " + " ".join(chance.choice(("sails", "the", "[[coast]]", "{{convert|9|m}}", "in", "1720")) for _ in range(900)) for _ in range(50)]
    left, number = megabytes * 1e6, 0
    while left > 0:
        text = f"Page {number} of many.\n" + kinds[number % len(kinds)]
        yield f"Page {number}", text
        left -= len(text.encode())
        number += 1


def write_dump(path, megabytes):
    with path.open("w", encoding="utf-8") as out:
        out.write(HEAD)
        for number, (title, text) in enumerate(texts(megabytes)):
            # An element a line, as MediaWiki writes them: wikiextractor reads lines.
            out.write(f"  <page>\n    <title>{title}</title>\n    <ns>0</ns>\n    <id>{number + 1}</id>\n    <revision>\n      <id>{number + 1}</id>\n"
                      f"      <model>wikitext</model>\n      <text xml:space=\"preserve\">{escape(text)}</text>\n    </revision>\n  </page>\n")
        out.write("</mediawiki>\n")


def write_lines(path, megabytes):
    with path.open("w", encoding="utf-8") as out:
        for number, (title, text) in enumerate(texts(megabytes)):
            out.write(json.dumps({"id": number, "title": title, "content": text}) + "\n")


def write_folder(path, megabytes):
    path.mkdir()
    for title, text in texts(megabytes):
        (path / f"{title}.txt").write_text(text, encoding="utf-8")


def copy_html(path):
    """HTML pages of at least 4 kB, up to MEGABYTES; how many there are."""
    path.mkdir()
    left = MEGABYTES * 1e6
    for number, file in enumerate(sorted(HTML.rglob("*.html"))):
        if left <= 0:
            break
        if file.is_file() and not file.is_symlink() and file.stat().st_size >= 4096:
            shutil.copyfile(file, path / f"{number:05}.html")
            left -= file.stat().st_size
    return MEGABYTES - left / 1e6


def peers(kind):
    """Names of those that are installed and read such files."""
    if not PEERS_PYTHON:
        return []
    names = json.loads(subprocess.run([PEERS_PYTHON, pathlib.Path(__file__).with_name("peers.py"), "--list"], stdout=subprocess.PIPE, check=True).stdout)
    return [name for name in names if name in {"html": ("trafilatura", "readability", "resiliparse"), "dump": ("mwparserfromhell", "wikiextractor")}[kind]]


def peer_speeds(kind, paths):
    """Megabytes a second of each extractor on these files."""
    speeds = {}
    for name in peers(kind):
        done = subprocess.run([PEERS_PYTHON, pathlib.Path(__file__).with_name("peers.py"), name, "-"], input="\n".join(map(str, paths)), stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
        if done.returncode == 0:
            told = json.loads(done.stdout)
            speeds[name] = told["megabytes"] / told["seconds"]
        else:
            say(f"{name} failed")
    if not speeds:
        say(f"no extractor to compare {kind} with: BENCH_PEERS_PYTHON names a Python that has them (bench/ingest/peers.py)")
    return speeds


def beside(name, megabytes, wall, speeds):
    for peer, value in speeds.items():
        figure(f"ingest {name}", round(megabytes / wall, 2), "MB/s", peer, round(value, 2), round(megabytes / wall / value, 2))


def speed(folder, name, source, megabytes, speeds=None):
    with Home(folder / f"home-{name}") as home:
        out, wall, processor, memory = home.run("ingest", "--json", source)
        pages = json.loads(out)["new_pages"]
        figure(f"ingest {name}", round(megabytes / wall, 2), "MB/s")
        beside(name, megabytes, wall, speeds or {})
        figure(f"ingest {name}, pages", round(pages / wall, 1), "pages/s")
        figure(f"ingest {name}, processor of the program", round(processor / megabytes * 1000, 1), "ms/MB")
        figure(f"ingest {name}, peak memory", round(memory, 1), "MB")
        wall = home.run("ingest", "--json", source)[1]
        figure(f"ingest {name}, the same again", round(megabytes / wall, 2), "MB/s")
    return memory


def exactness(folder):
    """Of the pages expected: those with the same id, namespace, redirect and text."""
    expected = [json.loads(line) for line in (EVAL / "expected_pages.jsonl").read_text(encoding="utf-8").splitlines()]
    more = [json.loads(line) for line in (EVAL / "starwars_extract_expected.jsonl").read_text(encoding="utf-8").splitlines()]
    known = {(page["dump"], page["page_id"]) for page in expected}
    expected += [page | {"dump": "starwars_extract.xml.bz2"} for page in more if ("starwars_extract.xml.bz2", page["page_id"]) not in known]
    with Home(folder / "home-exact") as home:
        right, wrong = 0, []
        for dump in sorted({page["dump"] for page in expected}):
            wanted = [page for page in expected if page["dump"] == dump]
            listed = 0
            for space in sorted({page["ns"] for page in wanted}):
                tenant = f"{dump} {space}"
                told = json.loads(home.run("ingest", "--json", "--tenant", tenant, "--namespaces", space, EVAL / "xml" / dump)[0])
                listed += told["new_pages"] + told["redirects"] + told["refusals"]
                where = f"tenant_id = (SELECT tenant_id FROM llm.tenant WHERE name = '{tenant}')"
                found = {(row["id"], row["title"], hashlib.sha1(bytes.fromhex(row["raw"])).hexdigest(), len(row["raw"]) // 2) for row in home.sql(
                    f"SELECT r.headers ->> 'page-id' AS id, p.title, encode(r.raw, 'hex') AS raw FROM ingest.ingest_record r JOIN sem.source_page p USING (ingest_record_id) WHERE r.{where}")}
                leads = {row["from_title"]: row["to_title"] for row in home.sql(f"SELECT from_title, to_title FROM ingest.redirect WHERE {where}")}
                for page in [page for page in wanted if page["ns"] == space]:
                    # The dump says where a redirect leads, or, in an old one, its text does.
                    if target := page["redirect"] or page.get("redirect_in_text"):
                        good = leads.get(page["title"], "").split("#")[0] == target.split("#")[0]
                    else:
                        good = any(id_ == str(page["page_id"]) and title == page["title"] and sha1 == page.get("sha1_text", sha1) and
                                   size == page["text_bytes"] for id_, title, sha1, size in found)
                    right += good
                    if not good:
                        wrong.append((dump, page["page_id"], page["title"], space))
            figure(f"pages of {dump} in the namespaces expected", listed, "pages", "expected", len(wanted), round(listed / len(wanted), 4))
        figure("pages with the id, title, namespace, redirect and text expected", right, "pages", "expected", len(expected), round(right / len(expected), 4))
        for one in wrong[:20]:
            say(f"not as expected: {one}")


def wanted(part):
    return not ONLY or part in ONLY


def main():
    with tempfile.TemporaryDirectory(prefix="almagest-bench-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        dump = folder / "pages.xml"
        write_dump(dump, MEGABYTES)
        memory = None
        if wanted("dump"):
            memory = speed(folder, "dump", dump, MEGABYTES, peer_speeds("dump", [dump]))
        if wanted("packed"):
            packed = folder / "pages.xml.bz2"
            packed.write_bytes(bz2.compress(dump.read_bytes()))
            speed(folder, "packed dump", packed, MEGABYTES)
        if wanted("lines"):
            write_lines(folder / "pages.jsonl", MEGABYTES)
            speed(folder, "JSON Lines", folder / "pages.jsonl", MEGABYTES)
        if wanted("folder"):
            write_folder(folder / "files", MEGABYTES)
            speed(folder, "folder of text", folder / "files", MEGABYTES)
        if wanted("html"):
            megabytes = copy_html(folder / "html")
            speed(folder, "folder of HTML", folder / "html", megabytes, peer_speeds("html", sorted((folder / "html").iterdir())))
        if memory and wanted("memory") and not os.environ.get("BENCH_SHORT"):
            write_dump(dump, MEGABYTES * 10)
            ten = speed(folder, "dump ten times as long", dump, MEGABYTES * 10)
            figure("memory for a dump ten times as long", round(ten, 1), "MB", "the short one", round(memory, 1), round(memory / ten, 2))
        if not wanted("exact"):
            return
        if EVAL.is_dir():
            exactness(folder)
        else:
            say(f"there is no {EVAL}: exactness is not measured")


if __name__ == "__main__":
    main()
