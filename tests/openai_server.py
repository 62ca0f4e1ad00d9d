"""A stand-in for an OpenAI-compatible endpoint: answers what it is told, on the loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One HTTP answer."""

    content: str | None = None
    finish_reason: str = "stop"
    refusal: str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    delay: float = 0.0
    body: bytes | None = None
    """Sent instead of a completion."""

    def payload(self) -> bytes:
        if self.body is not None:
            return self.body
        if self.status != 200:
            return json.dumps({"error": {"message": "as told", "code": None}}).encode()
        message = {"role": "assistant", "content": self.content, "refusal": self.refusal}
        choice = {"index": 0, "finish_reason": self.finish_reason, "message": message}
        completion = {
            "id": "x",
            "object": "chat.completion",
            "created": 0,
            "model": "fake",
            "choices": [choice],
        }
        return json.dumps(completion).encode()


@dataclass
class Server:
    """The address, and what was asked."""

    url: str
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    """Of each request, in lower case."""


@contextmanager
def serving(replies: Sequence[Reply] | Callable[[dict[str, Any]], Reply]) -> Generator[Server]:
    """Serve the replies in turn, the last one again and again, or what a request asks for."""
    record = Server("")
    released = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            number, request = len(record.requests), json.loads(self.rfile.read(length))
            record.headers.append({k.lower(): v for k, v in self.headers.items()})
            record.requests.append(request)
            if callable(replies):
                reply = replies(request)
            else:
                reply = replies[min(number, len(replies) - 1)]
            if reply.delay:
                released.wait(reply.delay)
            body = reply.payload()
            try:
                self.send_response(reply.status)
                for key, value in {"content-type": "application/json", **reply.headers}.items():
                    self.send_header(key, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                return  # the client gave up, as the timeout test wants

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    record.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield record
    finally:
        released.set()
        server.shutdown()
        thread.join()
        server.server_close()
