#!/usr/bin/env python3
"""Checks that every #include between rooms points down (docs/decisions/0001-rooms.md)."""
import pathlib
import re
import sys

LOWEST_FIRST = ["error", "system", "telemetry", "config", "text", "identity", "evaluation", "lake", "store", "model", "contract", "work",
                "transfer", "review", "cli"]
STRANGERS = {"store", "model", "contract", "lake"}  # never include one another
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"/]+)/[^"]*"')


def objection(room: str, other: str) -> str | None:
    if other not in LOWEST_FIRST:
        return f"{other} is not a room"
    if room == other:
        return None
    if {room, other} <= STRANGERS:
        return f"{room} and {other} never include one another"
    if LOWEST_FIRST.index(other) > LOWEST_FIRST.index(room):
        return f"{room} lies below {other}"
    return None


def main() -> int:
    source = pathlib.Path(__file__).resolve().parent.parent / "src"
    wrong = 0
    for file in sorted(source.rglob("*")):
        if file.suffix not in {".h", ".cpp"}:
            continue
        room = file.relative_to(source).parts[0]
        if room not in LOWEST_FIRST:
            print(f"{file.relative_to(source.parent)}: {room} is not a room; name it in "
                  "scripts/room-arrows.py and docs/decisions/0001-rooms.md")
            wrong += 1
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            match = INCLUDE.match(line)
            said = objection(room, match.group(1)) if match else None
            if said:
                print(f"{file.relative_to(source.parent)}:{number}: {said}: {line.strip()}")
                wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
