#!/usr/bin/env python3
"""An OpenAI-compatible endpoint that answers every chat completion after a fixed time, however many are asked at once, with
a small answer made from the request's schema and passage as the functional tests' endpoint makes it.

    fast_endpoint.py MILLISECONDS      prints its base URL; ends with its standard input

GET /seen tells how many were answered and when (seconds): the moments at which each per cent was reached."""
from __future__ import annotations

import asyncio
import json
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "functional"))
from endpoint import answer_for  # noqa: E402

NUMBERED = re.compile(r"^\[\d+\] (.*)$", re.MULTILINE)
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
answered: list[float] = []
most_at_once = 0
at_once = 0


def completion(request: dict) -> tuple[str, dict]:
    schema = request.get("response_format", {}).get("json_schema", {}).get("schema", {"type": "string"})
    passage = next((message["content"] for message in request["messages"] if message["role"] == "user"), "")
    text = json.dumps(answer_for(schema, "\n".join(NUMBERED.findall(passage)) or passage))
    return text, {"prompt_tokens": len(passage) // 4, "completion_tokens": len(text) // 4, "total_tokens": (len(passage) + len(text)) // 4}


def plain(document: dict) -> bytes:
    body = json.dumps(document).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def streamed(text: str, usage: dict) -> bytes:
    events = [{"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]},
              {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}, {"choices": [], "usage": usage}]
    body = b"".join(b"data: %s\n\n" % json.dumps({"object": "chat.completion.chunk", "model": "scripted", **event}).encode() for event in events)
    body += b"data: [DONE]\n\n"
    return (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
            % (len(body), body))


class Connection(asyncio.Protocol):
    delay = 0.05

    def connection_made(self, transport):
        self.transport, self.waiting = transport, b""

    def data_received(self, data):
        self.waiting += data
        while (head_end := self.waiting.find(b"\r\n\r\n")) >= 0:
            head = self.waiting[:head_end]
            length = LENGTH.search(head)
            end = head_end + 4 + (int(length[1]) if length else 0)
            if len(self.waiting) < end:
                if b"100-continue" in head and len(self.waiting) == head_end + 4:
                    self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                return
            body, self.waiting = self.waiting[head_end + 4:end], self.waiting[end:]
            self.answer(head, body)

    def answer(self, head: bytes, body: bytes):
        global at_once, most_at_once
        path = head.split(b" ", 2)[1]
        if path.endswith(b"/chat/completions"):
            began = asyncio.get_running_loop().time()
            at_once += 1
            most_at_once = max(most_at_once, at_once)
            request = json.loads(body)
            text, usage = completion(request)
            if request.get("stream"):
                answer = streamed(text, usage)
            else:
                answer = plain({"object": "chat.completion", "model": "scripted", "usage": usage,
                                "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}]})
            asyncio.get_running_loop().call_at(began + self.delay, self.send, answer)
        elif path == b"/seen":
            reached = [answered[min(len(answered) - 1, len(answered) * part // 100)] for part in range(101)] if answered else []
            self.transport.write(plain({"answered": len(answered), "reached": reached, "most_at_once": most_at_once}))
        else:
            self.transport.write(plain({"object": "list", "data": [{"id": "scripted", "object": "model"}]}))

    def send(self, answer: bytes):
        global at_once
        at_once -= 1
        answered.append(time.monotonic())
        if not self.transport.is_closing():
            self.transport.write(answer)


async def main():
    Connection.delay = float(sys.argv[1]) / 1000
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=512)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
