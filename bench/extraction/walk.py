"""The cheapest of the plain designs of ../shared/peers/extract (ref@6, one required key a sentence), on the model server that Almagest
starts and in the same run, for its seconds and tokens."""
import concurrent.futures
import importlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

SERVER = pathlib.Path("scripts") / "model-server" / "serve.py"
START_SECONDS = 120


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_health(base, process):
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(base + "/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)  # between two looks
    raise SystemExit("bench: the model server of the plain design did not start")


def run(repository, peers, documents, model, packages):
    """Seconds, and tokens in and out, of the documents [{id, text}] read four at a time."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(["/usr/bin/python3", "-B", str(repository / SERVER), "--packages", str(packages), "--model", str(model),
                                "--host", "127.0.0.1", "--port", str(port), "--parallel", "4"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        await_health(base, process)
        os.environ.update(TOOL="ref@6", BASE=base)
        sys.path.insert(0, str(peers / "tools"))
        design = importlib.import_module("ref")
        tokens = []

        def call(messages, schema, maxtok=1800):
            body = {"messages": messages, "temperature": 0, "max_tokens": maxtok,
                    "response_format": {"type": "json_schema", "json_schema": {"name": "o", "schema": schema}}}
            request = urllib.request.Request(base + "/v1/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=1800) as answer:
                told = json.load(answer)
            tokens.append(told["usage"]["total_tokens"])
            return told["choices"][0]["message"]["content"]

        design.call = call  # without the proxy, whose paths name the tool
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(4) as readers:
            list(readers.map(lambda document: design.extract(document["id"], document["text"]), documents))
        return time.monotonic() - began, sum(tokens)
    finally:
        process.terminate()
        process.wait(60)
