"""A FAKE hub of datasets on the loopback: what huggingface_hub asks of one, answered from memory.

It takes one token, keeps files in a dict, and stores pictures, videos and tables as large files,
as the real one does. Nothing outside of tests knows it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

LARGE = (".jpg", ".mp4", ".parquet", ".png", ".tar")


@dataclass
class FakeRepository:
    """What it holds."""

    private: bool
    files: dict[str, bytes] = field(default_factory=lambda: {".gitattributes": b"*.jpg lfs\n"})
    commits: list[str] = field(default_factory=list[str])


@dataclass
class FakeHubServer:
    """The state of the stand-in."""

    token: str
    url: str = ""
    repositories: dict[str, FakeRepository] = field(default_factory=dict[str, FakeRepository])
    stored: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """Large files by SHA-256."""
    sent: list[str] = field(default_factory=list[str])
    """What was asked, as `METHOD PATH`."""
    refuse: dict[str, int] = field(default_factory=dict[str, int])
    """The status to answer with, by a part of the path."""
    ignored: tuple[str, ...] = ()
    """Paths that a .gitignore leaves out."""

    def answer(self, method: str, path: str, token: str, body: bytes) -> tuple[int, Any]:
        """Status and JSON of the answer to a request."""
        self.sent.append(f"{method} {path}")
        for part, status in self.refuse.items():
            if part in path:
                return status, {"error": f"as told; you sent {token}"}
        if path.startswith("/stored/"):  # an address that says itself who may write there
            digest = path.rpartition("/")[2]
            if hashlib.sha256(body).hexdigest() != digest:
                return 422, {"error": "other content"}
            self.stored[digest] = body
            return 200, {}
        if token != self.token:
            return 401, {"error": "Invalid credentials in Authorization header"}
        if path == "/api/repos/create":
            return self.create(json.loads(body))
        if path == "/api/validate-yaml":
            return 200, {"errors": [], "warnings": []}
        if path.startswith("/api/datasets/"):
            owner, name, *rest = path.removeprefix("/api/datasets/").split("/")
            return self._of_repository(f"{owner}/{name}", rest, body)
        if path.endswith(".git/info/lfs/objects/batch"):
            return 200, self._batch(json.loads(body))
        return 404, {"error": "no such thing"}

    def create(self, told: dict[str, Any]) -> tuple[int, Any]:
        """Make a repository."""
        name = f"{told['organization']}/{told['name']}"
        private = told.get("visibility") == "private"
        self.repositories[name] = FakeRepository(private)
        return 200, {"url": f"{self.url}/datasets/{name}"}

    def _of_repository(self, name: str, rest: list[str], body: bytes) -> tuple[int, Any]:
        found = self.repositories.get(name)
        if found is None:
            return 404, {"error": "Repository not found"}
        match rest:
            case [] | ["revision", _]:
                return 200, {"id": name, "private": found.private, "sha": "0" * 40}
            case ["tree", *_]:
                return 200, [self._entry(*item) for item in sorted(found.files.items())]
            case ["preupload", _]:
                files = json.loads(body)["files"]
                return 200, {"files": [self._mode(file["path"], found) for file in files]}
            case ["commit", _]:
                return 200, self._commit(name, found, body)
            case _:
                return 404, {"error": "no such thing"}

    def _entry(self, path: str, raw: bytes) -> dict[str, Any]:
        told: dict[str, Any] = {"type": "file", "path": path, "size": len(raw)}
        told["oid"] = _blob(raw)
        if path.endswith(LARGE):
            digest = hashlib.sha256(raw).hexdigest()
            told["lfs"] = {"oid": digest, "size": len(raw), "pointerSize": 130}
        return told

    def _mode(self, path: str, found: FakeRepository) -> dict[str, Any]:
        large = path.endswith(LARGE)
        told: dict[str, Any] = {"path": path, "uploadMode": "lfs" if large else "regular"}
        told["shouldIgnore"] = path in self.ignored
        if path in found.files:
            raw = found.files[path]
            told["oid"] = hashlib.sha256(raw).hexdigest() if large else _blob(raw)
        return told

    def _batch(self, told: dict[str, Any]) -> dict[str, Any]:
        objects: list[dict[str, Any]] = []
        for item in told["objects"]:
            entry: dict[str, Any] = {"oid": item["oid"], "size": item["size"]}
            if item["oid"] not in self.stored:
                place = {"href": f"{self.url}/stored/{item['oid']}"}
                entry["actions"] = {"upload": place}
            objects.append(entry)
        return {"transfer": "basic", "objects": objects}

    def _commit(self, name: str, found: FakeRepository, body: bytes) -> dict[str, Any]:
        for line in body.splitlines():
            told = json.loads(line)
            value = told["value"]
            match told["key"]:
                case "header":
                    found.commits.append(value["summary"])
                case "file":
                    found.files[value["path"]] = base64.b64decode(value["content"])
                case "lfsFile":
                    found.files[value["path"]] = self.stored[value["oid"]]
                case "deletedFile":
                    del found.files[value["path"]]
                case other:
                    raise ValueError(other)
        number = f"{len(found.commits):040d}"
        return {"commitUrl": f"{self.url}/datasets/{name}/commit/{number}", "commitOid": number}


def _blob(raw: bytes) -> str:
    """The name that git gives to a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()


@contextmanager
def serving(token: str) -> Generator[FakeHubServer]:
    """Serve until left."""
    state = FakeHubServer(token)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self._body()
            token = self.headers.get("authorization", "").removeprefix("Bearer ")
            status, told = state.answer(self.command, urlsplit(self.path).path, token, body)
            raw = json.dumps(told).encode()
            self.send_response(status)
            if status == 404:
                self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def _body(self) -> bytes:
            if self.headers.get("transfer-encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("content-length") or 0))
            parts: list[bytes] = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        do_GET = do_POST = do_PUT = _answer

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
