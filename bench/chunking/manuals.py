"""25 MB of English prose out of the manuals of Debian packages: documents of 256 KB and more, parted
by form feeds, one paragraph a line and a blank line between them."""
import pathlib
import re
import subprocess

PACKAGES = {
    "anarchism": "usr/share/doc/anarchism/html",
    "debian-handbook": "usr/share/doc/debian-handbook/html/en-US",
    "debian-reference-en": "usr/share/debian-reference",
    "developers-reference": "usr/share/developers-reference",
    "debian-policy": "usr/share/doc/debian-policy/policy.html",
    "postgresql-doc-15": "usr/share/doc/postgresql-doc-15/html",
    "python3.11-doc": "usr/share/doc/python3.11/html",
}
BLOCKS = {"p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dt", "blockquote", "div", "section", "article", "td",
          "tr", "ul", "ol", "dl", "body", "main"}
NO_PROSE = {"script", "style", "nav", "pre", "head", "noscript", "footer", "svg", "table", "math"}
NO_PAGE = re.compile(r"genindex|py-modindex|search\.html|/_modules/|/_sources/|bookindex")
DOCUMENT_CHARACTERS = 256 * 1024


def unpack(folder):
    """The packages' files under `folder`; nothing is installed."""
    folder.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        root = folder / package
        if root.is_dir():
            continue
        subprocess.run(["apt-get", "-qq", "download", package], cwd=folder, check=True,
                       stderr=subprocess.DEVNULL)
        archive = next(folder.glob(f"{package}_*.deb"))
        subprocess.run(["dpkg-deb", "-x", archive, root], check=True)
        archive.unlink()


def paragraphs(root):
    found, words = [], []

    def end():
        text = " ".join("".join(words).split()).replace("¶", "")
        words.clear()
        if text:
            found.append(text)

    def read(element):
        if not isinstance(element.tag, str) or element.tag in NO_PROSE:
            return
        if element.tag in BLOCKS:
            end()
        words.append(element.text or "")
        for child in element:
            read(child)
            words.append(child.tail or "")
        if element.tag in BLOCKS:
            end()

    read(root)
    end()
    return found


def make(folder, target):
    import lxml.html

    unpack(folder)
    seen, documents, document, size = set(), [], [], 0
    for package, inside in PACKAGES.items():
        for page in sorted((folder / package / inside).rglob("*.html")):
            if NO_PAGE.search(str(page)) or (package == "debian-reference-en" and ".en." not in page.name):
                continue
            root = lxml.html.fromstring(page.read_bytes(), parser=lxml.html.HTMLParser(encoding="utf-8"))
            for text in paragraphs(root):
                if text in seen or "\f" in text:
                    continue
                seen.add(text)
                document.append(text)
                size += len(text)
            if size >= DOCUMENT_CHARACTERS:
                documents.append("\n\n".join(document))
                document, size = [], 0
    documents.append("\n\n".join(document))
    target.write_text("\f".join(documents), encoding="utf-8", newline="")
