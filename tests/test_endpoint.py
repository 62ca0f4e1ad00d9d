"""An endpoint of a language model: what it may send, and what it is never given."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from openai_server import Reply, serving

from cousins.generators.proposing.completion import (
    CutOffError,
    DeclinedError,
    UnreadableError,
    choice_of,
    object_in,
    text_of,
)
from cousins.generators.proposing.endpoint import Endpoint, EndpointError
from cousins.generators.proposing.transcript import Transcript
from cousins.schemas import ProposalError

ASK: Any = [{"role": "user", "content": "?"}]
OK = Reply('{"a": 1}')


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def asked(replies: list[Reply], waits: list[float] | None = None, timeout: float = 20.0) -> str:
    sleep = (waits if waits is not None else list[float]()).append
    with serving(replies) as server:
        return Endpoint("fake", server.url, timeout=timeout, sleep=sleep).ask(ASK, {}, 0)


def body(**message: Any) -> bytes:
    return json.dumps({"choices": [{"finish_reason": "stop", "message": message}]}).encode()


@pytest.mark.parametrize(
    "message",
    [
        {"content": "hello"},
        {"content": [{"type": "text", "text": "hel"}, {"type": "text", "text": "lo"}]},
        {"content": None, "tool_calls": [{"function": {"name": "f", "arguments": "hello"}}]},
        {"content": "", "tool_calls": [{"function": {"arguments": "hello"}}]},
        {"content": "hello", "tool_calls": []},
    ],
)
def test_the_text_is_found_wherever_a_service_puts_it(message: dict[str, Any]) -> None:
    assert text_of(choice_of(body(**message))) == "hello"


@pytest.mark.parametrize(
    ("sent", "error", "says"),
    [
        (b"<html>", UnreadableError, "unreadable answer"),
        (b"\xff\xfe\x00", UnreadableError, "unreadable answer"),
        (b"[" * 200_000, UnreadableError, "unreadable answer"),
        (b'"hello"', UnreadableError, "no message"),
        (b'{"choices": {}}', UnreadableError, "no message"),
        (b'{"choices": [{"message": []}]}', UnreadableError, "no message"),
        (body(content=None, refusal="I would\n rather not"), DeclinedError, "I would rather not"),
        (body(content=[{"type": "refusal", "refusal": "No."}]), DeclinedError, "No."),
        (body(content=None, refusal="x" * 9_000), DeclinedError, "x{200}$"),
        (
            b'{"choices": [{"finish_reason": "length", "message": {"content": "{"}}]}',
            CutOffError,
            "cut off",
        ),
        (
            b'{"choices": [{"finish_reason": "content_filter", "message": {}}]}',
            DeclinedError,
            "content filter",
        ),
    ],
)
def test_what_is_no_answer_is_an_error(sent: bytes, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        text_of(choice_of(sent))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1}', '{"a": 1}'),
        ('```json\n{"a": 1}\n```', '{"a": 1}'),
        ('Here it is: {"a": {"b": "}"}} Enjoy!', '{"a": {"b": "}"}}'),
        ('<think>{"a": 0} or so</think>\n{"a": 1}', '{"a": 1}'),
        ('<THINK>no end {"a": 0}', '<THINK>no end {"a": 0}'),
        ('{not json} {"a": 1}', '{"a": 1}'),
        ("nothing here", "nothing here"),
        ("", ""),
    ],
)
def test_the_object_is_found_among_thoughts_fences_and_prose(text: str, found: str) -> None:
    assert object_in(text) == found


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"retry-after": "3"}, [3.0]),
        ({"retry-after-ms": "250"}, [0.25]),
        ({"retry-after-ms": "250", "retry-after": "3"}, [0.25]),
        ({"retry-after": "nan"}, [1.0]),
        ({"retry-after": "soon"}, [1.0]),
        ({"retry-after": "-5"}, [0.0]),
        ({}, [1.0]),
    ],
)
@pytest.mark.parametrize("status", [408, 409, 429, 500, 529])
def test_a_busy_endpoint_is_asked_again_when_it_says(
    status: int, headers: dict[str, str], waited: list[float]
) -> None:
    waits: list[float] = []
    assert asked([Reply(status=status, headers=headers), OK], waits) == '{"a": 1}'
    assert waits == waited


def test_what_was_asked_once_is_not_asked_again(tmp_path: Path) -> None:
    with serving([Reply('{"a": 1}'), Reply('{"a": 2}')]) as server:
        endpoint = Endpoint("fake", server.url, transcript=Transcript(tmp_path / "kept"))
        said = [endpoint.ask(ASK, {}, seed) for seed in (0, 1, 0)]
    assert said == ['{"a": 1}', '{"a": 2}', '{"a": 1}']
    assert len(server.requests) == 2
    # The address is no part of a request, and nothing is asked of it.
    replayed = Endpoint(
        "fake", "http://127.0.0.1:9", transcript=Transcript(tmp_path / "kept", replay=True)
    )
    assert [replayed.ask(ASK, {}, seed) for seed in (0, 1)] == said[:2]
    with pytest.raises(ProposalError, match="no answer to this request"):
        replayed.ask(ASK, {}, 2)


@pytest.mark.parametrize("sent", [Reply(None, refusal="No."), Reply("{", finish_reason="length")])
def test_a_refusal_was_an_answer_too(tmp_path: Path, sent: Reply) -> None:
    with serving([sent]) as server:
        endpoint = Endpoint("fake", server.url, transcript=Transcript(tmp_path))
        for _ in range(2):
            with pytest.raises((DeclinedError, CutOffError)):
                endpoint.ask(ASK, {}, 0)
    assert len(server.requests) == 1


def test_what_is_no_answer_is_not_kept(tmp_path: Path) -> None:
    with serving([Reply(body=b"<html>"), OK]) as server:
        endpoint = Endpoint("fake", server.url, transcript=Transcript(tmp_path))
        with pytest.raises(EndpointError):
            endpoint.ask(ASK, {}, 0)
        assert endpoint.ask(ASK, {}, 0) == '{"a": 1}'


def test_a_transcript_has_no_key_and_is_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving([OK]) as server:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        endpoint = Endpoint("fake", server.url, transcript=Transcript(tmp_path))
        endpoint.ask(ASK, {}, 0)
        (path,) = tmp_path.glob("*.json")
        assert "sk-secret" not in path.read_text()
        assert server.url not in path.read_text()
        path.write_text(path.read_text().replace('"seed":0', '"seed":1'))
        with pytest.raises(ProposalError, match="not what its name says"):
            endpoint.ask(ASK, {}, 0)
        path.write_text("{")
        with pytest.raises(ProposalError, match="is damaged"):
            endpoint.ask(ASK, {}, 0)


def test_a_date_to_wait_for_is_understood() -> None:
    waits: list[float] = []
    asked([Reply(status=503, headers={"retry-after": formatdate(time.time() + 20)}), OK], waits)
    (waited,) = waits
    assert 10 < waited <= 20


def test_a_long_answer_is_read_no_further_than_need_be() -> None:
    with pytest.raises(EndpointError, match="more than 1,000,000 bytes") as caught:
        asked([Reply("x" * 3_000_000)])
    assert len(str(caught.value)) < 300


def test_a_long_error_is_not_repeated() -> None:
    text = json.dumps({"error": {"message": "x" * 100_000}}).encode()
    with pytest.raises(EndpointError, match="400") as caught:
        asked([Reply(status=400, body=text)])
    assert len(str(caught.value)) < 500


@contextmanager
def dripping() -> Generator[str]:
    """A server whose answer never ends, a byte at a time."""
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", "0")))
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.end_headers()
            try:
                while not stop.wait(0.02):
                    self.wfile.write(b" ")
                    self.wfile.flush()
            except (BrokenPipeError, ConnectionResetError):
                return  # the client gave up, as it should

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        stop.set()
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_answer_without_end_times_out() -> None:
    with (
        dripping() as url,
        pytest.raises(EndpointError, match=r"no answer within 0\.2 s, 4 times"),
    ):
        Endpoint("fake", url, timeout=0.2, sleep=lambda _: None).ask(ASK, {}, 0)


@pytest.mark.parametrize("named", [True, False])
def test_the_key_goes_only_where_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    with serving([OK]) as server:
        if named:
            monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/")
        Endpoint("fake", server.url).ask(ASK, {}, 0)
    assert ("sk-secret" in server.headers[0]["authorization"]) is named
