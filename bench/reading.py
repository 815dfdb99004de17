#!/usr/bin/env python3
"""How much of the model server's speed a run of Almagest gets, and what Almagest itself costs.

Reads the invented world of tests/pages with the default model, then asks a bare loop of as many
threads the very same questions on a fresh server of the same program, slots and threads, and
compares tokens (read and not cached, and written) a second. Then reads the same pages again.
"""
import http.client
import json
import os
import pathlib
import queue
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = os.environ.get("ALMAGEST_PROGRAM") or str(REPOSITORY / "build" / "almagest")
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "almagest"
PAGES = [pathlib.Path(p) for p in os.environ.get("BENCH_PAGES", "").split(":") if p] or sorted(
    p for p in (REPOSITORY / "tests" / "pages").iterdir() if p.suffix in {".html", ".md", ".txt"})
SLOTS = 4


def figure(name, value, unit, peer=None, peer_value=None, ratio=None, runs=1):
    print(json.dumps({"name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value,
                      "ratio": ratio, "runs": runs}), flush=True)


def almagest(home, *arguments):
    """Runs the program; its JSON, wall seconds, processor seconds and peak memory (MB) of itself."""
    began = time.monotonic()
    process = subprocess.Popen([PROGRAM, *map(str, arguments)], env=dict(os.environ, ALMAGEST_HOME=str(home)),
                               stdout=subprocess.PIPE, stderr=sys.stderr)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status not in (0, 3 << 8):
        raise SystemExit(f"bench: {' '.join(map(str, arguments))} ended with status {status}")
    document = json.loads(out) if out else None
    return document, time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=1200)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def ask(path, method, url, body=None):
    connection = UnixConnection(path)
    try:
        connection.request(method, url, json.dumps(body) if body else None, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, json.loads(response.read() or b"null")
    finally:
        connection.close()


def start_server(folder):
    """The same server that Almagest supervises, started bare."""
    path = str(folder / "bare.sock")
    model = next((CACHE / "models").glob("qwen*.gguf"))
    packages = (CACHE / "model-server" / "current").resolve()
    server = subprocess.Popen(
        ["python3", REPOSITORY / "scripts/model-server/serve.py", "--packages", packages, "--model", model,
         "--host", path, "--parallel", str(SLOTS), "--ctx-size", "16384"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            if ask(path, "GET", "/health")[0] == 200:
                return server, path
        except OSError:
            time.sleep(0.1)
    raise SystemExit("bench: the bare server did not come up")


def requests_of(home):
    """The questions of the run, in the order in which they were asked."""
    inputs = [json.loads(p.read_text()) for p in (home / "lake" / "llm_runs").glob("*/*/*/*/input.json")]
    inputs.sort(key=lambda i: i["started_at"])
    return [{"messages": i["messages"], "max_tokens": i["maximum_tokens"], "temperature": i["temperature"],
             "cache_prompt": True,
             "response_format": {"type": "json_schema",
                                 "json_schema": {"name": i["job_type"], "strict": True, "schema": i["schema"]}}}
            for i in inputs]


def bare_loop(path, requests):
    waiting, tokens, lock = queue.SimpleQueue(), [0], threading.Lock()
    for request in requests:
        waiting.put(request)

    def work():
        while True:
            try:
                request = waiting.get_nowait()
            except queue.Empty:
                return
            status, answer = ask(path, "POST", "/v1/chat/completions", request)
            if status != 200:
                raise SystemExit(f"bench: the bare server answered {status}: {answer}")
            usage = answer["usage"]
            cached = usage.get("prompt_tokens_details", {}).get("cached_tokens", 0)
            with lock:
                tokens[0] += usage["prompt_tokens"] - cached + usage["completion_tokens"]

    began = time.monotonic()
    threads = [threading.Thread(target=work) for _ in range(SLOTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tokens[0], time.monotonic() - began


def main():
    with tempfile.TemporaryDirectory(prefix="almagest-bench-") as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)
        home = folder / "home"
        almagest(home, "db", "migrate", "--json")  # the cluster is made before the clock runs
        summary, wall, processor, memory = almagest(home, "run", "--json", *PAGES)
        run = summary["this_run"]
        requests = requests_of(home)
        server, path = start_server(folder)
        try:
            tokens, seconds = bare_loop(path, requests)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()
        _, again, _, _ = almagest(home, "run", "--json", *PAGES)
        almagest(home, "db", "stop", "--json")
    bare = tokens / seconds
    figure("tokens a second of a run", round(run["tokens_per_second"], 2), "tokens/s",
           f"bare loop, the same {len(requests)} questions", round(bare, 2), round(run["tokens_per_second"] / bare, 3))
    figure("wall time of a run", round(wall, 2), "s", "bare loop", round(seconds, 2), round(seconds / wall, 3))
    figure("own processor time", round(processor, 2), "s", "2 % of the run's wall time", round(wall * 0.02, 2),
           round(wall * 0.02 / processor, 2))
    figure("peak memory of the program", round(memory, 1), "MB", "limit", 200, round(200 / memory, 2))
    figure("the same input again", round(again, 2), "s", "limit", 5, round(5 / again, 2))


if __name__ == "__main__":
    main()
