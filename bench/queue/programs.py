"""Programs that work a queue and speak one protocol, so that one driver measures all of them alike.

    setup            a fresh schema
    enqueue N        payloads {"seq": 0}, {"seq": 1}, …; prints {"n": N, "secs": …} for the calls alone
    work MODE        prints READY when connected; on `go` works and prints STARTED, then `C HANDLED` every 10 ms; ends on `stop`.
                     Mode latency prints `L SEQ MICROSECONDS` from the handler; crash inserts into effects(seq, pid)
                     in a statement of its own, or, where effects are a part of the completion, in that
    produce          prints READY; on `one SEQ` enqueues one and prints `P SEQ BEFORE AFTER` in microseconds
"""
from __future__ import annotations

import json
import os
import subprocess
import threading
import time


class Program:
    """One that runs: `work` or `produce`."""

    def __init__(self, peer, *arguments, environment=None):
        self.handled, self.lines, self.changed = 0, [], threading.Condition()
        self.process = subprocess.Popen([*peer.command, *arguments], cwd=peer.folder, text=True, bufsize=1, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, env={**os.environ, **peer.environment, **(environment or {})})
        threading.Thread(target=self._read, daemon=True).start()
        self.wait_for("READY")

    def _read(self):
        for line in self.process.stdout:
            words = line.split()
            if words and words[0] == "C":
                self.handled = int(words[1])
            elif words:
                with self.changed:
                    self.lines.append(words)
                    self.changed.notify_all()

    def wait_for(self, *words: str, timeout: float = 60) -> list[str]:
        deadline = time.monotonic() + timeout
        with self.changed:
            while True:
                for place, line in enumerate(self.lines):
                    if line[:len(words)] == list(words):
                        return self.lines.pop(place)
                left = deadline - time.monotonic()
                if left <= 0 or self.process.poll() is not None:
                    raise RuntimeError(f"{self.process.args}: no {' '.join(words)} within {timeout} s")
                self.changed.wait(min(left, 1))

    def send(self, line: str):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def stop(self):
        try:
            self.send("stop")
            self.process.wait(15)
        except (OSError, subprocess.TimeoutExpired):
            self.kill()

    def kill(self):
        self.process.kill()
        self.process.wait()


def call(peer, *arguments, environment=None) -> str:
    """One that ends by itself; the last line that it prints."""
    command = peer.set_up if arguments[0] == "setup" and peer.set_up else peer.command
    done = subprocess.run([*command, *map(str, arguments)], cwd=peer.folder, text=True, capture_output=True,
                          env={**os.environ, **peer.environment, **(environment or {})})
    if done.returncode:
        raise RuntimeError(f"{peer.name} {arguments[0]} ended with {done.returncode}: {done.stderr[-1000:]}")
    lines = done.stdout.strip().splitlines()
    return lines[-1] if lines else ""


def enqueue(peer, jobs: int) -> float:
    """Seconds."""
    return json.loads(call(peer, "enqueue", jobs))["secs"]
