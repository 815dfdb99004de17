"""Well-known extractors of text, to be measured beside Almagest on the same files. Not part of the product: needs a Python with
trafilatura, resiliparse, readability-lxml, mwparserfromhell and wikiextractor.

peers.py NAME PATH…: reads the files and makes their text; prints {"seconds", "megabytes", "characters"} as JSON.
peers.py --list: names of those that are installed."""
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import time
import xml.etree.ElementTree


def readability(page):
    import lxml.html
    from readability import Document
    return lxml.html.fromstring(Document(page).summary()).text_content()


def trafilatura(page):
    import trafilatura
    return trafilatura.extract(page, include_tables=True, include_comments=False)


def resiliparse(page):
    from resiliparse.extract.html2text import extract_plain_text
    return extract_plain_text(page, main_content=True, alt_texts=False)


HTML = {"trafilatura": trafilatura, "readability": readability, "resiliparse": resiliparse}


def of_html(extract, paths):
    """Characters of text; a page that the extractor cannot read has none."""
    characters = 0
    for path in paths:
        try:
            characters += len(extract(pathlib.Path(path).read_bytes().decode("utf-8", "replace")) or "")
        except Exception:  # any of theirs
            pass
    return characters


def mwparserfromhell(dump):
    import mwparserfromhell
    characters = 0
    for _, element in xml.etree.ElementTree.iterparse(dump):
        if element.tag.endswith("}text") and element.text:
            characters += len(mwparserfromhell.parse(element.text).strip_code())
        if element.tag.endswith("}page"):
            element.clear()
    return characters


def wikiextractor(dump):
    """With as many processes as there are cores; templates are dropped, as it does by default with --no-templates."""
    out = subprocess.run([sys.executable, "-m", "wikiextractor.WikiExtractor", "-q", "--no-templates", "--processes", str(os.cpu_count()), "-o", "-", dump],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    return len(out.decode("utf-8", "replace"))


DUMPS = {"mwparserfromhell": mwparserfromhell, "wikiextractor": wikiextractor}


def main():
    if sys.argv[1] == "--list":
        print(json.dumps([name for name in [*HTML, *DUMPS] if importlib.util.find_spec(name)]))
        return
    name, paths = sys.argv[1], sys.argv[2:]
    if paths[0] == "-":
        paths = sys.stdin.read().splitlines()
    if name in HTML:
        of_html(HTML[name], paths[:1])  # its modules are loaded before the clock starts
    began = time.monotonic()
    characters = of_html(HTML[name], paths) if name in HTML else DUMPS[name](paths[0])
    seconds = time.monotonic() - began
    print(json.dumps({"seconds": seconds, "megabytes": sum(os.path.getsize(path) for path in paths) / 1e6, "characters": characters}))


if __name__ == "__main__":
    main()
