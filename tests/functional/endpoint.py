"""An OpenAI-compatible endpoint on a free loopback port, for what a real model cannot be asked to do:
fail in a chosen way, or answer at a chosen pace. Its answers are made from the request's JSON Schema
and the words of the passage, so the same request always gets the same answer."""
from __future__ import annotations

import json
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from home import HomeCase

NAME = re.compile(r"\b[^\W\d_a-z][^\W\d_]+(?: (?:of |the )?[^\W\d_a-z][^\W\d_]+)*")


def names_in(passage: str) -> list[str]:
    """Capitalised phrases in order of appearance, each once."""
    return list(dict.fromkeys(match.group() for match in NAME.finditer(passage)))


def answer_for(schema: dict, passage: str, key: str = "", place: int = 0):
    """A value that the schema accepts. `place` tells the items of an array apart."""
    if "enum" in schema:
        return schema["enum"][place % len(schema["enum"])]
    kind = schema.get("type", "object")
    if kind == "object":
        members = schema.get("properties", {})
        return {name: answer_for(member, passage, name, place + number)
                for number, (name, member) in enumerate(members.items()) if name in schema.get("required", members)}
    if kind == "array":
        count = min(schema.get("maxItems", 4), len(names_in(passage)) if key == "entities" else 4)
        return [answer_for(schema["items"], passage, "", number) for number in range(count)]
    if kind == "integer":
        return min(schema.get("minimum", 1) + place // 2, schema.get("maximum", 1_000_000))
    if kind == "number":
        return 0.95
    if kind == "boolean":
        return True
    if key == "name":
        return names_in(passage)[place]
    return {"type": "thing", "predicate": "stands_beside"}.get(key, "narrative")


class Endpoint:
    """`fault` is one of None, "status", "half", "html", "endless", "drop"; it may be changed at any time."""

    def __init__(self):
        self.fault: str | None = None
        self.status = 500
        self.retry_after: int | None = None
        self.faults_left: int | None = None  # None: every call
        self.calls = 0
        self.delay = 0.0
        self.gate = threading.Event()  # no call is answered while it is closed
        self.gate.set()
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                if self.path.endswith("/models"):
                    self.send(200, {"object": "list", "data": [{"id": "scripted", "object": "model"}]})
                else:
                    self.send(404, {"error": {"message": f"no {self.path} here"}})

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if not self.path.endswith("/chat/completions"):
                    self.send(404, {"error": {"message": f"no {self.path} here"}})
                    return
                try:
                    endpoint.chat(self, json.loads(body))
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def send(self, status, document, headers=()):
                self.send_bytes(status, json.dumps(document).encode(), "application/json", headers)

            def send_bytes(self, status, body, kind, headers=(), length=None):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(length or len(body)))
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def settings(self, **more) -> dict:
        """Settings of `llm` that point here, with time limits that a test can wait for."""
        return {"endpoint": self.url, "model": "scripted", "context_window": 16384, "connect_timeout_ms": 2000,
                "first_byte_timeout_ms": 10000, "idle_timeout_ms": 5000, "total_timeout_ms": 30000, **more}

    def take_fault(self) -> str | None:
        with self.lock:
            self.calls += 1
            if self.fault is None or self.faults_left == 0:
                return None
            if self.faults_left is not None:
                self.faults_left -= 1
            return self.fault

    def chat(self, handler, request: dict):
        fault = self.take_fault()
        if self.delay:
            self.stopping.wait(self.delay)
        self.gate.wait()
        if fault == "status":
            headers = [("Retry-After", str(self.retry_after))] if self.retry_after is not None else []
            handler.send(self.status, {"error": {"message": f"scripted {self.status}"}}, headers)
        elif fault == "html":
            handler.send_bytes(200, b"<!DOCTYPE html><html><body><h1>Welcome to the proxy</h1></body></html>", "text/html")
        elif fault == "drop":
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
        elif fault == "half":
            body = json.dumps(self.completion(request)).encode()
            handler.send_bytes(200, body[:len(body) // 2], "application/json", length=len(body))
            handler.wfile.flush()
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
        elif fault == "endless":
            self.stream(handler, iter(lambda: "again and again ", None), None)
        elif request.get("stream"):
            document = self.completion(request)
            text = document["choices"][0]["message"]["content"]
            self.stream(handler, (text[at:at + 16] for at in range(0, len(text), 16)), document["usage"])
        else:
            handler.send(200, self.completion(request))

    def completion(self, request: dict) -> dict:
        schema = request.get("response_format", {}).get("json_schema", {}).get("schema", {"type": "string"})
        passage = next((message["content"] for message in request["messages"] if message["role"] == "user"), "")
        # The page's words only: names in the instructions around them would not be found in the passage.
        numbered = re.findall(r"^\[\d+\] (.*)$", passage, re.MULTILINE)
        text = json.dumps(answer_for(schema, "\n".join(numbered) or passage), ensure_ascii=False)
        return {"id": "1", "object": "chat.completion", "model": "scripted",
                "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
                "usage": {"prompt_tokens": len(passage) // 4, "completion_tokens": len(text) // 4,
                          "total_tokens": (len(passage) + len(text)) // 4}}

    def stream(self, handler, pieces, usage):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True

        def event(document):
            handler.wfile.write(f"data: {json.dumps(document)}\n\n".encode())

        for piece in pieces:
            if self.stopping.is_set():
                return
            event({"object": "chat.completion.chunk", "model": "scripted",
                   "choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
        event({"object": "chat.completion.chunk", "model": "scripted",
               "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        event({"object": "chat.completion.chunk", "model": "scripted", "choices": [], "usage": usage})
        handler.wfile.write(b"data: [DONE]\n\n")

    def close(self):
        self.stopping.set()
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()


class EndpointCase(HomeCase):
    """A class of tests whose home asks an endpoint of the class's own."""

    kind = Endpoint

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.endpoint = cls.kind()
        cls.addClassCleanup(cls.endpoint.close)
        cls.home.settings = {"llm": cls.endpoint.settings()}

    def setUp(self):
        self.home.settings = {"llm": self.endpoint.settings()}
