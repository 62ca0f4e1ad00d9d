"""Answers requests on standard input, one at a time, until it closes.

What this process prints is sent to standard error; the answers leave by a copy of the original
standard output.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO

from .messages import Message, pack, unpack

Answering = Callable[[Message], Message]


class Pipe:
    """Reads exactly as many bytes as asked for."""

    def __init__(self, stream: IO[bytes]) -> None:
        """Wrap a stream."""
        self._stream = stream

    def read(self, count: int, /) -> bytes:
        """See `ByteSource`."""
        raw = self._stream.read(count)
        if len(raw) < count:
            raise EOFError
        return raw


def serve(start: Callable[[], tuple[Message, Answering]]) -> None:
    """Set up, say so, and answer until standard input closes.

    Args:
        start: sets up; gives what is said when that is done, and what answers a request. What it
            raises ends the process; what the answering function raises is an answer with the key
            `error`, the traceback.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _die_first()
    requests = Pipe(sys.stdin.buffer)
    hello, answering = start()
    _send(answers, hello)
    while True:
        try:
            request = unpack(requests)
        except EOFError:
            return
        try:
            answer = answering(request)
        except MemoryError:
            raise  # this process ends, and with it what fills its memory
        except Exception as error:
            head = {"error": traceback.format_exc(), "kind": type(error).__name__}
            answer = Message(head, {})
        _send(answers, answer)


def _send(stream: IO[bytes], message: Message) -> None:
    for part in pack(message):
        stream.write(part)
    stream.flush()


def _die_first() -> None:
    """Where memory runs out, Linux ends this process before the one that asks."""
    score = Path("/proc/self/oom_score_adj")
    if score.exists():
        score.write_text("500")
