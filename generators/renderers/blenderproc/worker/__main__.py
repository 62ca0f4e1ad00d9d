"""Answers requests on standard input, one at a time, until it closes.

    python -m worker THREADS [default]

`default` draws with BlenderProc's defaults in place of ours.

Blender prints what it does to standard output, which is therefore sent to standard error; the
answers leave by a copy of the original one.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import IO

from .blender import Blender
from .camera import BlenderCamera
from .default import DefaultPipeline
from .messages import Message, pack, unpack
from .stage import Stage


class Pipe:
    """Reads exactly as many bytes as asked for."""

    def __init__(self, stream: IO[bytes]) -> None:
        """Wrap a stream."""
        self._stream = stream

    def read(self, count: int, /) -> bytes:
        """See `Source`."""
        raw = self._stream.read(count)
        if len(raw) < count:
            raise EOFError
        return raw


def main() -> None:
    """Set up, say so, and answer until standard input closes."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _die_first()
    requests = Pipe(sys.stdin.buffer)
    blender = Blender(int(sys.argv[1]))
    stage = Stage(blender)
    camera = (DefaultPipeline if "default" in sys.argv[2:] else BlenderCamera)(blender, stage)
    _send(answers, Message({"ready": True, "versions": blender.versions()}, {}))
    while True:
        try:
            request = unpack(requests)
        except EOFError:
            return
        try:
            answer = _answer(stage, camera, request)
        except MemoryError:
            raise  # this process ends, and with it what fills its memory
        except Exception:
            answer = Message({"error": traceback.format_exc()}, {})
        _send(answers, answer)


def _answer(stage: Stage, camera: BlenderCamera | DefaultPipeline, request: Message) -> Message:
    head = request.head
    if head["do"] == "load":
        stage.load(request)
        return Message({}, {})
    stage.move(request.arrays["poses"])
    stage.show(head["hidden"])
    stage.light(head["suns"], head["sky"], request.arrays.get("sky"))
    return Message({}, camera.draw(head["view"], head["samples"], head["noise"]))


def _send(stream: IO[bytes], message: Message) -> None:
    for part in pack(message):
        stream.write(part)
    stream.flush()


def _die_first() -> None:
    """Where memory runs out, Linux ends this process before the one that asks."""
    score = Path("/proc/self/oom_score_adj")
    if score.exists():
        score.write_text("500")


main()
