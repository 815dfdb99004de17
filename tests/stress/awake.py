"""A clock that stands still while this process does (a machine that slept, a debugger, SIGSTOP): patience is measured by it, so that
nobody is blamed for time in which nobody could do anything."""
from __future__ import annotations

import threading
import time

TICK = 0.1


class _Ticker(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        self.now = 0.0
        self.start()

    def run(self):
        last = time.monotonic()
        while True:
            time.sleep(TICK)
            at = time.monotonic()
            self.now += min(at - last, 10 * TICK)
            last = at


_ticker = _Ticker()


def awake() -> float:
    """Seconds since the start in which this process ran."""
    return _ticker.now
