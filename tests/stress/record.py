"""An append-only file of short lines. A line that was written survives the death of its writer by any signal;
one that was written durably survives the machine's as well."""
from __future__ import annotations

import os
import pathlib
import threading


class Record:
    def __init__(self, path: str | os.PathLike):
        self.descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self.lock = threading.Lock()

    def write(self, lines: list[str], durably: bool = False):
        if not lines:
            return
        with self.lock:
            os.write(self.descriptor, ("\n".join(lines) + "\n").encode())
            if durably:
                os.fsync(self.descriptor)


def read(path: pathlib.Path) -> list[list[str]]:
    """The words of each whole line."""
    text = path.read_text() if path.exists() else ""
    return [line.split() for line in text[:text.rfind("\n") + 1].splitlines()]
