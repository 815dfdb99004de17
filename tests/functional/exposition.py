"""Reads Prometheus' text format 0.0.4, strictly: anything out of place is an AssertionError."""
from __future__ import annotations

import math
import re

SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,|$)')
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}


def labels_in(text: str) -> dict[str, str]:
    labels, at = {}, 0
    while at < len(text):
        match = LABEL.match(text, at)
        assert match, f"no label at {text[at:]!r}"
        name, value = match.groups()
        assert name not in labels, f"label {name} twice"
        labels[name] = re.sub(r"\\(.)", lambda escape: {"n": "\n"}.get(escape[1], escape[1]), value)
        at = match.end()
    return labels


def read(text: str) -> dict[tuple[str, frozenset], float]:
    """Values by (name, labels)."""
    assert text.endswith("\n"), "the last line has no end"
    kind, family, samples = None, None, {}
    for line in text.splitlines():
        if line.startswith("# HELP "):
            assert line.split(" ", 3)[3:], f"no help: {line}"
            continue
        if line.startswith("# TYPE "):
            _, _, family, kind = line.split(" ")
            assert kind in SUFFIXES, line
            continue
        match = SAMPLE.fullmatch(line)
        assert match, f"no sample: {line!r}"
        name, labels, value = match[1], labels_in(match[2] or ""), float(match[3])
        assert family and name in [family + suffix for suffix in SUFFIXES[kind]], f"{name} is no part of {family}"
        key = (name, frozenset(labels.items()))
        assert key not in samples, f"{line} is there twice"
        if kind == "counter":
            assert value >= 0 and math.isfinite(value), line
        samples[key] = value
    return samples


def total(samples: dict, name: str, **labels) -> float:
    """Sum of the samples of this name that have these labels."""
    return sum(value for (sample, has), value in samples.items()
               if sample == name and set(labels.items()) <= has)
