"""The worker process: started when first needed, ended when it dies, hangs or fails."""

from __future__ import annotations

import os
import select
import subprocess
import tempfile
import time
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from .outside.apart.messages import Message, pack, unpack

LOG_TAIL = 600
"""Letters of what the worker last printed that an error message repeats."""
_CHUNK = 1 << 20


def apart_environment() -> dict[str, str]:
    """The variables of a process that runs `python -m apart.NAME` in another environment."""
    here = str(Path(__file__).with_name("outside"))
    return {**os.environ, "PYTHONPATH": here, "PYTHONNOUSERSITE": "1"}


class WorkerDiedError(Exception):
    """The process ended or was ended; the text says how. Another one may do better."""


class WorkerFailedError(Exception):
    """The process answered that it cannot do it; the text is its traceback.

    Attributes:
        kind: the name of the exception that was raised there.
    """

    def __init__(self, message: str, kind: str = "") -> None:
        """Say why."""
        super().__init__(message)
        self.kind = kind


class WorkerProcess:
    """One process that answers requests. Not for several threads at once."""

    def __init__(
        self, command: tuple[str, ...], environment: Mapping[str, str], start_limit: float
    ) -> None:
        """Start it and wait until it is ready.

        Args:
            command: what to run.
            environment: of the process.
            start_limit: seconds until it must be ready.

        Raises:
            WorkerDiedError: it did not become ready.
        """
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log,
                env=dict(environment), bufsize=0,
            )  # fmt: skip
        except OSError as error:
            self._log.close()
            raise WorkerDiedError(f"cannot start {command[0]}: {error}") from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._answers = self._process.stdin, self._process.stdout
        os.set_blocking(self._requests.fileno(), False)
        self._deadline = 0.0
        self.close = weakref.finalize(self, _end, self._process, self._log)
        """Kill the process and free its pipes; also called when this object goes."""
        self.hello = self._within(start_limit, None)
        """What it said when it was ready."""

    @property
    def id(self) -> int:
        """Process id."""
        return self._process.pid

    def ask(self, request: Message, limit: float) -> Message:
        """Send a request and wait for its answer.

        Args:
            request: to send.
            limit: seconds until the answer must be complete.

        Raises:
            WorkerDiedError: the process died, or was killed since it took too long.
            WorkerFailedError: it answered with an error.
        """
        answer = self._within(limit, request)
        if "error" in answer.head:
            kind = str(answer.head.get("kind", ""))
            raise WorkerFailedError(str(answer.head["error"]), kind)
        return answer

    def read(self, count: int, /) -> bytes:
        """See `Source`; ends at the deadline."""
        parts: list[bytes] = []
        while count > 0:
            self._wait(self._answers, writing=False)
            part = os.read(self._answers.fileno(), min(count, _CHUNK))
            if not part:
                raise EOFError
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def _within(self, limit: float, request: Message | None) -> Message:
        self._deadline = time.monotonic() + limit
        try:
            for part in pack(request) if request is not None else ():
                self._write(memoryview(part))
            return unpack(self)
        except TimeoutError as error:
            raise WorkerDiedError(self._ended(f"it took more than {limit:g} s")) from error
        except (EOFError, OSError) as error:
            raise WorkerDiedError(self._ended(None)) from error

    def _write(self, part: memoryview) -> None:
        sent = 0
        while sent < len(part):
            self._wait(self._requests, writing=True)
            sent += os.write(self._requests.fileno(), part[sent : sent + _CHUNK])

    def _wait(self, stream: IO[bytes], *, writing: bool) -> None:
        """Until the pipe is ready, which it also is when its other end is gone."""
        left = max(self._deadline - time.monotonic(), 0.0)
        poll = select.poll()
        poll.register(stream, select.POLLOUT if writing else select.POLLIN)
        if not poll.poll(1000 * left):
            raise TimeoutError

    def _ended(self, why: str | None) -> str:
        """How it ended, with the last of what it printed; the process is no more after this."""
        if why is not None:
            self._process.kill()
        try:
            code = self._process.wait(timeout=5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        end = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        self._log.seek(max(self._log.seek(0, os.SEEK_END) - LOG_TAIL, 0))
        tail = self._log.read().decode(errors="replace").strip()
        self.close()
        return f"{why or end}; it last said: {tail or 'nothing'}"


def _end(process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    process.wait()
    log.close()
