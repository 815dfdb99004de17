#!/usr/bin/env python3
"""Speed and quality of chunking with exact counts (cl100k), beside other libraries on the same text.

25 MB of English prose (manuals.py makes it of Debian's manuals), chunks of at most 512 tokens with an
overlap of 64, one thread. BENCH_EVAL names the folder with the vocabularies (tok/) and the texts with known
sentences (sent/), else ../shared/eval; BENCH_DOCUMENTS a file of documents parted by form feeds, instead of
the manuals. What is missing is said and left out.
"""
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "bench" / "release"))
from built import built  # noqa: E402

BUILD = REPOSITORY / "build" / "bench"
PEERS_FOLDER = BUILD / "peers"
PEERS = ["tiktoken==0.14.0", "chonkie==1.7.0", "semantic-text-splitter==0.33.1", "langchain-text-splitters==1.1.3",
         "semchunk==4.1.1", "pysbd==0.3.4", "lxml==6.1.3"]
EVAL = pathlib.Path(os.environ.get("BENCH_EVAL") or REPOSITORY.parent / "shared" / "eval")
PROGRAM = REPOSITORY / "build" / "release" / "bench" / "chunking_bench"
TIKTOKEN_NAMES = {"cl100k_base": "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
                  "o200k_base": "fb374d419588a4632f3f557e76b4b70aebbca790"}
MAXIMUM, OVERLAP, RUNS = 512, 64, 3
ABBREVIATION = re.compile(r"(?:^|[\s(\[\"'])(?:M(?:rs?|s)|Dr|Prof|St|[JS]r|vs|e\.g|i\.e|etc|cf|al|No|pp?|vol|eds?|op"
                          r"|cit|ibid|Fig|[A-Z])\.$")


def figure(name, value, unit, peer=None, peer_value=None, ratio=None, runs=1):
    print(json.dumps({"name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value,
                      "ratio": ratio, "runs": runs}), flush=True)


def say(sentence):
    print(f"bench: {sentence}", file=sys.stderr, flush=True)


def prepare():
    """Builds what is measured and installs the peers under build/."""
    built("chunking_bench")
    marker = PEERS_FOLDER / "installed.txt"
    if not marker.exists() or marker.read_text() != "\n".join(PEERS):
        say("installing the peers")
        shutil.rmtree(PEERS_FOLDER, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--target",
                        PEERS_FOLDER, *PEERS], check=True, stdout=sys.stderr)
        marker.write_text("\n".join(PEERS))
    sys.path.insert(0, str(PEERS_FOLDER))


def program(*arguments, text=None):
    """What the program wrote, and the median of its runs in seconds (nothing if it timed none)."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"bench: {done.stderr.strip()}")
    seconds = [float(word) for word in done.stderr.split()]
    return done.stdout.splitlines(), statistics.median(seconds) if seconds else None


def hexadecimal(texts):
    return "".join(text.encode().hex() + "\n" for text in texts)


def rows_of(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


# Quality, judged by rules of its own on what each library returns.

def paragraph_ends(text, at):
    left, right = len(text[:at].rstrip()), at
    while right < len(text) and text[right].isspace():
        right += 1
    return right == len(text) or "\n\n" in text[left:right]


def sentence_ends(text, at):
    if paragraph_ends(text, at):
        return True
    before = text[max(0, at - 200):at]
    if not (before[-1:].isspace() or text[at:at + 1].isspace()):
        return False
    before = before.rstrip().rstrip("\"'”’)]»")
    return before.endswith(("!", "?", "…")) or (before.endswith(".") and not ABBREVIATION.search(before[-8:]))


class Quality:
    """Of chunks [(start, end)] of each document, in code points; a last chunk's end is no choice."""

    def __init__(self, encoding, documents, chunked):
        ends, self.tokens, overlaps, self.restored = [], [], [], True
        for text, chunks in zip(documents, chunked):
            counts = [len(t) for t in encoding.encode_ordinary_batch([text[s:e] for s, e in chunks], num_threads=1)]
            self.tokens += counts
            ends += [sentence_ends(text, end) for _, end in chunks[:-1]]
            pairs = [(chunk[0], before[1]) for before, chunk in zip(chunks, chunks[1:])]
            overlaps += [len(encoding.encode_ordinary(text[start:end])) if start < end else 0 for start, end in pairs]
            fresh = [chunks[0]] + [(max(c[0], b[1]), c[1]) for b, c in zip(chunks, chunks[1:])]
            self.restored &= "".join(text[s:e] for s, e in fresh) == text
        self.ends = round(sum(ends) / len(ends), 4)
        self.over = sum(count > MAXIMUM for count in self.tokens)
        self.overlap = round(statistics.mean(overlaps), 1)
        self.without_overlap = round(sum(o == 0 for o in overlaps) / len(overlaps), 4)


def peers():
    import chonkie
    import semchunk
    import tiktoken
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    from semantic_text_splitter import TextSplitter

    encoding = tiktoken.get_encoding("cl100k_base")

    def spans(chunks):
        return [(chunk.start_index, chunk.end_index) for chunk in chunks]

    def located(text, parts):
        found, at = [], 0
        for part in parts:
            at = text.index(part, at)
            found.append((at, at + len(part)))
            at += 1
        return found

    recursive = chonkie.RecursiveChunker(tokenizer=encoding, chunk_size=MAXIMUM)
    sentence = chonkie.SentenceChunker(tokenizer=encoding, chunk_size=MAXIMUM, chunk_overlap=OVERLAP)
    langchain = RecursiveCharacterTextSplitter.from_tiktoken_encoder(
        "cl100k_base", chunk_size=MAXIMUM, chunk_overlap=OVERLAP, disallowed_special=())
    semantic = TextSplitter.from_tiktoken_model("gpt-4", MAXIMUM, overlap=OVERLAP, trim=False)
    sem = semchunk.chunkerify(encoding, chunk_size=MAXIMUM, memoize=False)
    nothing = lambda text, chunks: chunks  # noqa: E731
    return {
        "chonkie recursive (no overlap)": (recursive.chunk, lambda text, chunks: spans(chunks)),
        "chonkie sentence": (sentence.chunk, lambda text, chunks: spans(chunks)),
        "langchain recursive": (langchain.split_text, located),
        "semantic-text-splitter": (lambda text: [(i, i + len(c)) for i, c in semantic.chunk_indices(text)], nothing),
        "semchunk": (lambda text: [tuple(o) for o in sem(text, offsets=True, overlap=OVERLAP)[1]], nothing),
    }


def almagest_chunks(path, vocabulary, count):
    lines, seconds = program("chunk", path, MAXIMUM, OVERLAP, *([vocabulary] if vocabulary else []))
    chunked = [[] for _ in range(count)]
    for line in lines:
        document, start, _, end, _ = map(int, line.split())
        chunked[document].append((start, end))
    return chunked, seconds


def measure_chunks(path, documents, megabytes, vocabulary):
    import tiktoken

    encoding = tiktoken.get_encoding("cl100k_base")
    _, estimated = almagest_chunks(path, None, len(documents))
    figure("chunking with estimated counts", round(megabytes / estimated, 1), "MB/s", "target", 100,
           round(megabytes / estimated / 100, 2), 5)
    _, counting = program("count", path, vocabulary)
    began = time.perf_counter()
    for document in documents:
        encoding.encode_ordinary(document)
    peer = megabytes / (time.perf_counter() - began)
    figure("counting alone, cl100k", round(megabytes / counting, 1), "MB/s", "tiktoken", round(peer, 1),
           round(megabytes / counting / peer, 2), 5)

    chunked, seconds = almagest_chunks(path, vocabulary, len(documents))
    own = Quality(encoding, documents, chunked)
    figure("chunks over the maximum", own.over, "chunks", "limit", 0, float(own.over == 0))
    figure("chunks restore the text", float(own.restored), "share", "limit", 1, float(own.restored))
    figure("chunks end on a sentence", own.ends, "share", "target", 0.99, round(own.ends / 0.99, 4))
    figure("overlap delivered", own.overlap, "tokens", "asked for", OVERLAP, round(own.overlap / OVERLAP, 3))
    figure("chunks without overlap", own.without_overlap, "share")
    for name, (chunk, located) in peers().items():
        runs = []
        for _ in range(RUNS):
            began = time.perf_counter()
            result = [chunk(document) for document in documents]
            runs.append(time.perf_counter() - began)
        speed = megabytes / statistics.median(runs)
        figure("chunking with exact counts", round(megabytes / seconds, 1), "MB/s", name, round(speed, 1),
               round(megabytes / seconds / speed, 2), RUNS)
        other = Quality(encoding, documents, [located(d, r) for d, r in zip(documents, result)])
        figure("overlap delivered", own.overlap, "tokens", name, other.overlap,
               round(own.overlap / other.overlap, 2) if other.overlap else None)
        figure("chunks end on a sentence", own.ends, "share", name, other.ends, round(own.ends / other.ends, 4))


def measure_flat(documents, vocabulary):
    """The hard case: no paragraph breaks."""
    import tiktoken

    flat = [re.sub(r"\s*\n\s*", " ", document) for document in documents[::5]]
    path = BUILD / "flat.txt"
    path.write_text("\f".join(flat), encoding="utf-8", newline="")
    chunked, _ = almagest_chunks(path, vocabulary, len(flat))
    own = Quality(tiktoken.get_encoding("cl100k_base"), flat, chunked)
    name = "chunks end on a sentence, paragraph breaks removed"
    figure(name, own.ends, "share", "target", 0.95, round(own.ends / 0.95, 4))
    for peer in ("chonkie sentence", "chonkie recursive (no overlap)"):
        chunk, located = peers()[peer]
        other = Quality(tiktoken.get_encoding("cl100k_base"), flat, [located(d, chunk(d)) for d in flat])
        figure(name, own.ends, "share", peer, other.ends, round(own.ends / other.ends, 4))


def measure_ids():
    vectors = rows_of(EVAL / "tok" / "tiktoken_vectors.jsonl")
    for name in TIKTOKEN_NAMES:
        gold = [row for row in vectors if row["tokenizer"] == name]
        lines, _ = program("ids", EVAL / "tok" / f"{name}.tiktoken", text=hexadecimal(r["text"] for r in gold))
        exact = sum(list(map(int, line.split())) == row["ids"] for line, row in zip(lines, gold)) / len(gold)
        figure(f"ids exact, {name}", exact, "share", "limit", 1, exact)


def boundaries(text, ranges):
    """Ends of sentences but for the text's own, which is no choice."""
    ends = {start + len(text[start:end].rstrip()) for start, end in ranges if text[start:end].strip()}
    return ends - {len(text.rstrip())}


def measure_sentences():
    import pysbd

    segmenter = pysbd.Segmenter(language="en", clean=False, char_span=True)

    def by_delimiters(text):
        """What chonkie's sentence chunker takes for sentences."""
        cuts = [match.end() for match in re.finditer(r"\. |! |\? |\n", text)]
        return list(zip([0, *cuts], [*cuts, len(text)]))

    for name in ("golden_rules", "ud_ewt_dev", "ud_gum_dev"):
        rows = [row for row in rows_of(EVAL / "sent" / f"{name}.jsonl")
                if row.get("lang", "en") == "en" and row.get("sentences") and row.get("golden", True)]
        lines, _ = program("sentences", text=hexadecimal(row["text"] for row in rows))
        numbers = [list(map(int, line.split())) for line in lines]
        results = {"almagest": [list(zip(n[::2], n[1::2])) for n in numbers],
                   "pysbd": [[(s.start, s.end) for s in segmenter.segment(row["text"])] for row in rows],
                   "chonkie's delimiters": [by_delimiters(row["text"]) for row in rows]}
        scores = {}
        for library, found in results.items():
            right = wrong = missed = 0
            for row, ranges in zip(rows, found):
                got, gold = boundaries(row["text"], ranges), boundaries(row["text"], row["sentences"])
                right, wrong, missed = right + len(got & gold), wrong + len(got - gold), missed + len(gold - got)
            scores[library] = round(2 * right / (2 * right + wrong + missed), 4)
        own = scores.pop("almagest")
        for library, score in scores.items():
            figure(f"sentence boundaries, F1, {name}", own, "F1", library, score, round(own / score, 3))


def measure():
    vocabulary = EVAL / "tok" / "cl100k_base.tiktoken"
    if not vocabulary.exists():
        say(f"there is no {vocabulary}; name the folder that has tok/cl100k_base.tiktoken with BENCH_EVAL. "
            "Exact counts are not measured")
        return
    cache = BUILD / "tiktoken"
    cache.mkdir(parents=True, exist_ok=True)
    for name, file in TIKTOKEN_NAMES.items():
        shutil.copyfile(EVAL / "tok" / f"{name}.tiktoken", cache / file)
    os.environ["TIKTOKEN_CACHE_DIR"] = str(cache)
    os.environ["HF_HUB_OFFLINE"] = "1"

    path = pathlib.Path(os.environ.get("BENCH_DOCUMENTS") or BUILD / "prose.txt")
    if not path.exists():
        import manuals
        say("making 25 MB of prose out of Debian's manuals")
        manuals.make(BUILD / "manuals", path)
    content = path.read_bytes()
    documents = content.decode().split("\f")
    megabytes = (len(content) - len(documents) + 1) / 1e6
    say(f"{len(documents)} documents, {megabytes:.1f} MB")
    measure_ids()
    measure_chunks(path, documents, megabytes, vocabulary)
    measure_flat(documents, vocabulary)
    if (EVAL / "sent").is_dir():
        measure_sentences()
    else:
        say(f"there is no {EVAL / 'sent'}; sentence boundaries are not measured")


if __name__ == "__main__":
    prepare()
    measure()
